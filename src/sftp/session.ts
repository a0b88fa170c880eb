import type { Duplex } from 'node:stream';
import { type FileAttributes, readAttributes, writeAttributes } from './attributes.ts';
import {
  type PacketReader,
  type PacketWriter,
  SftpProtocolError,
  readPacket,
  writePacket,
} from './packet.ts';
import { readPackets } from './packet-stream.ts';
import { SftpLost, statusEof, statusError, statusOk } from './status.ts';

/** A name in a folder, as the server tells it: any bytes, to be checked before use. */
export interface FolderEntry {
  readonly name: string;
  readonly attributes: FileAttributes;
}

/**
 * One SFTP session, version 3. Paths are byte strings (see packet.ts); relative ones begin at the user's home.
 * Everything rejects with SftpError (the server said no), SftpLost (the stream ended) or SftpProtocolError.
 */
export interface SftpSession {
  /** Largest pieces the server reads and writes in one request. */
  readonly maxRead: number;
  readonly maxWrite: number;
  /** Opens for reading, or a file that must not exist yet for writing. */
  open(path: string, how: 'read' | 'create', attributes?: FileAttributes): Promise<Buffer>;
  close(handle: Buffer): Promise<void>;
  /** At most `length` bytes; undefined at the end of the file. */
  read(handle: Buffer, offset: number, length: number): Promise<Buffer | undefined>;
  write(handle: Buffer, offset: number, data: Buffer): Promise<void>;
  stat(path: string): Promise<FileAttributes>;
  lstat(path: string): Promise<FileAttributes>;
  fstat(handle: Buffer): Promise<FileAttributes>;
  setstat(path: string, attributes: FileAttributes): Promise<void>;
  fsetstat(handle: Buffer, attributes: FileAttributes): Promise<void>;
  /** The entries of a folder, in pieces as the server sends them, `.` and `..` among them. */
  list(path: string): AsyncGenerator<readonly FolderEntry[]>;
  mkdir(path: string, mode: number): Promise<void>;
  remove(path: string): Promise<void>;
  /** Puts a file in the place of another in one step; of a server without this extension only where nothing is. */
  replace(from: string, to: string): Promise<void>;
  realpath(path: string): Promise<string>;
  end(): void;
}

const types = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  realpath: 16,
  stat: 17,
  rename: 18,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const;

const openFlags = { read: 1, create: 2 | 8 | 32 };
/** Every server takes this much (the draft says 32,768 bytes of data). */
const usualPiece = 32_768;
const largestPiece = 255 * 1024;

interface Answer {
  readonly type: number;
  readonly reader: PacketReader;
}

/** Greets the server on the stream of a subsystem. */
export async function openSftp(stream: Duplex): Promise<SftpSession> {
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  const greeting = Promise.withResolvers<Answer>();
  greeting.promise.catch(() => {});
  let ended: Error | undefined;
  let nextId = 1;
  let drained: Promise<void> | undefined;

  const fail = (error: Error): void => {
    ended ??= error;
    greeting.reject(ended);
    for (const request of waiting.values()) request.reject(ended);
    waiting.clear();
    stream.destroy();
  };
  readPackets(
    stream,
    (packet) => {
      const reader = readPacket(packet);
      const type = reader.byte();
      if (type === types.version) {
        greeting.resolve({ type, reader });
        return;
      }
      const id = reader.uint32();
      const request = waiting.get(id);
      if (request === undefined) throw new SftpProtocolError('the SFTP server answers what was not asked');
      waiting.delete(id);
      request.resolve({ type, reader });
    },
    fail,
  );
  stream.once('close', () => fail(new SftpLost('the connection was lost')));
  stream.once('end', () => fail(new SftpLost('the SFTP server ended')));

  const send = async (packet: Buffer): Promise<void> => {
    while (drained !== undefined) await drained;
    if (ended !== undefined) throw ended;
    if (stream.write(packet)) return;
    drained = new Promise<void>((resolve) => {
      const go = (): void => {
        drained = undefined;
        stream.off('drain', go).off('close', go);
        resolve();
      };
      stream.once('drain', go).once('close', go);
    });
  };
  const ask = async (type: number, fill: (writer: PacketWriter) => PacketWriter): Promise<Answer> => {
    if (ended !== undefined) throw ended;
    const id = nextId;
    nextId = (nextId % 0xffff_ffff) + 1;
    const answer = new Promise<Answer>((resolve, reject) => waiting.set(id, { resolve, reject }));
    answer.catch(() => {});
    await send(fill(writePacket(type).uint32(id)).finish());
    const got = await answer;
    if (got.type !== types.status) return got;
    const code = got.reader.uint32();
    if (code === statusOk || code === statusEof)
      return { type: code === statusOk ? types.status : -1, reader: got.reader };
    throw statusError(code, got.reader.atEnd() ? '' : got.reader.text());
  };
  const expect = ({ type, reader }: Answer, wanted: number): PacketReader => {
    if (type === wanted) return reader;
    throw type === -1
      ? statusError(4, 'end of file')
      : new SftpProtocolError('the SFTP server gives another answer than asked for');
  };
  const done = async (type: number, fill: (writer: PacketWriter) => PacketWriter): Promise<void> => {
    expect(await ask(type, fill), types.status);
  };
  const attributesOf = async (type: number, of: string | Buffer): Promise<FileAttributes> =>
    readAttributes(expect(await ask(type, (writer) => writer.text(of)), types.attrs));

  await send(writePacket(types.init).uint32(3).finish());
  const { reader } = await greeting.promise;
  if (reader.uint32() < 3) throw new SftpProtocolError('the SFTP server is older than version 3');
  const extensions = new Set<string>();
  while (!reader.atEnd()) {
    const name = reader.text();
    extensions.add(`${name} ${reader.text()}`);
  }
  const limits = extensions.has('limits@openssh.com 1')
    ? expect(await ask(types.extended, (writer) => writer.text('limits@openssh.com')), types.extendedReply)
    : undefined;
  limits?.uint64();
  const piece = (limit: number | undefined): number =>
    limit === undefined ? usualPiece : limit === 0 ? largestPiece : Math.min(limit, largestPiece);

  return {
    maxRead: piece(limits?.uint64()),
    maxWrite: piece(limits?.uint64()),
    async open(path, how, attributes = {}) {
      const answer = await ask(types.open, (writer) =>
        writeAttributes(writer.text(path).uint32(openFlags[how]), attributes),
      );
      return Buffer.from(expect(answer, types.handle).bytes());
    },
    close: (handle) => done(types.close, (writer) => writer.text(handle)),
    async read(handle, offset, length) {
      const answer = await ask(types.read, (writer) => writer.text(handle).uint64(offset).uint32(length));
      if (answer.type === -1) return undefined;
      const data = expect(answer, types.data).bytes();
      if (data.length === 0 || data.length > length) {
        throw new SftpProtocolError('the SFTP server sends more or less than it was asked for');
      }
      return data;
    },
    write: (handle, offset, data) =>
      done(types.write, (writer) => writer.text(handle).uint64(offset).text(data)),
    stat: (path) => attributesOf(types.stat, path),
    lstat: (path) => attributesOf(types.lstat, path),
    fstat: (handle) => attributesOf(types.fstat, handle),
    setstat: (path, attributes) =>
      done(types.setstat, (writer) => writeAttributes(writer.text(path), attributes)),
    fsetstat: (handle, attributes) =>
      done(types.fsetstat, (writer) => writeAttributes(writer.text(handle), attributes)),
    async *list(path) {
      const handle = Buffer.from(
        expect(await ask(types.opendir, (writer) => writer.text(path)), types.handle).bytes(),
      );
      try {
        for (;;) {
          const answer = await ask(types.readdir, (writer) => writer.text(handle));
          if (answer.type === -1) return;
          yield namesOf(expect(answer, types.name));
        }
      } finally {
        await done(types.close, (writer) => writer.text(handle)).catch(() => {});
      }
    },
    mkdir: (path, mode) => done(types.mkdir, (writer) => writeAttributes(writer.text(path), { mode })),
    remove: (path) => done(types.remove, (writer) => writer.text(path)),
    replace: (from, to) =>
      extensions.has('posix-rename@openssh.com 1')
        ? done(types.extended, (writer) => writer.text('posix-rename@openssh.com').text(from).text(to))
        : done(types.rename, (writer) => writer.text(from).text(to)),
    async realpath(path) {
      const [entry] = namesOf(expect(await ask(types.realpath, (writer) => writer.text(path)), types.name));
      if (entry === undefined)
        throw new SftpProtocolError('the SFTP server gives another answer than asked for');
      return entry.name;
    },
    end: () => fail(new SftpLost('closed')),
  };
}

function namesOf(reader: PacketReader): FolderEntry[] {
  const entries: FolderEntry[] = [];
  for (let count = reader.uint32(); count > 0; count -= 1) {
    const name = reader.text();
    // as `ls -l` would show it: not for programs
    reader.bytes();
    entries.push({ name, attributes: readAttributes(reader) });
  }
  return entries;
}

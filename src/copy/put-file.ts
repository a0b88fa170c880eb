import { createHash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { fileKind, type FileAttributes } from '../sftp/attributes.ts';
import type { SftpSession } from '../sftp/session.ts';
import { SftpError } from '../sftp/status.ts';
import type { Bounded } from './bounded.ts';
import { asBuffer, folderOf, joinPath } from './byte-path.ts';
import { CopyError } from './copy-error.ts';
import type { CopyOptions } from './copy-options.ts';
import { readRemote } from './read-remote.ts';
import type { SourceEntry } from './source-tree.ts';

export interface PutFileTools {
  readonly sftp: SftpSession;
  readonly options: CopyOptions;
  /** Bytes on their way to the node. */
  readonly window: Bounded;
  readonly moved: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies one file to the node, under a temporary name first: what is at `target` before is there whole, or what is copied is.
 * A file that is replaced keeps its mode and, where the login may give it, its owner; a link to a file stays a link.
 * @param fresh the folder was made by this copy: nothing is at `target`
 */
export async function putFile(
  tools: PutFileTools,
  source: SourceEntry,
  target: string,
  fresh: boolean,
): Promise<void> {
  const { sftp, options } = tools;
  const before = fresh ? undefined : await existingFile(sftp, target);
  const place = before?.path ?? target;
  const temporary = joinPath(folderOf(place), `.muster-${randomBytes(8).toString('hex')}.part`);
  const file = await open(asBuffer(source.path), 'r');
  let made = false;
  try {
    const handle = await sftp.open(temporary, 'create', {
      mode: before === undefined ? source.mode & 0o777 : 0o600,
    });
    made = true;
    const digest = await sendAll(tools, file, handle, source);
    await keepAttributes(sftp, handle, source, before?.attributes, options);
    await sftp.close(handle);
    if (digest !== undefined) await compareDigest(tools, temporary, source.size, digest);
    await sftp.replace(temporary, place);
    made = false;
  } finally {
    await file.close();
    // not awaited when the connection is gone: it rejects at once then
    if (made) await sftp.remove(temporary).catch(() => {});
  }
}

/** What is in the place of the target, links followed. */
async function existingFile(
  sftp: SftpSession,
  target: string,
): Promise<{ readonly path: string; readonly attributes: FileAttributes } | undefined> {
  let attributes: FileAttributes;
  try {
    attributes = await sftp.lstat(target);
  } catch (error) {
    if (error instanceof SftpError && error.reason === 'no-such-file') return undefined;
    throw error;
  }
  if (fileKind(attributes) === 'file') return { path: target, attributes };
  if (fileKind(attributes) === 'link') {
    const path = await sftp.realpath(target);
    const pointed = await sftp.stat(path);
    if (fileKind(pointed) === 'file') return { path, attributes: pointed };
  }
  throw new CopyError(
    `a ${fileKind(attributes) === 'folder' ? 'folder' : 'special file'} of that name is in the way`,
  );
}

/** Sends the content in pieces, several on their way at a time. Resolves with its SHA-256 when that is asked for. */
async function sendAll(
  { sftp, options, window, moved, signal }: PutFileTools,
  file: Awaited<ReturnType<typeof open>>,
  handle: Buffer,
  source: SourceEntry,
): Promise<string | undefined> {
  const hash = options.checksum ? createHash('sha256') : undefined;
  const writes: Promise<void>[] = [];
  let failure: unknown;
  let position = 0;
  while (failure === undefined) {
    signal.throwIfAborted();
    const length = Math.min(sftp.maxWrite, Math.max(1, source.size - position));
    await window.take(length);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) {
      window.give(length);
      break;
    }
    const data = buffer.subarray(0, bytesRead);
    hash?.update(data);
    writes.push(
      sftp
        .write(handle, position, data)
        .then(() => moved(bytesRead))
        .catch((error: unknown) => void (failure ??= error))
        .finally(() => window.give(length)),
    );
    position += bytesRead;
    if (writes.length > 256) await Promise.all(writes.splice(0, 128));
  }
  await Promise.all(writes);
  if (failure !== undefined) throw failure;
  if (position !== source.size) throw new CopyError('the file changed while it was copied');
  const { size } = await sftp.fstat(handle);
  if (size !== position)
    throw new CopyError(`the node has ${size ?? 'an unknown number of'} bytes of ${position}`);
  return hash?.digest('hex');
}

async function keepAttributes(
  sftp: SftpSession,
  handle: Buffer,
  source: SourceEntry,
  before: FileAttributes | undefined,
  { preserve }: CopyOptions,
): Promise<void> {
  const owner = before?.owner;
  if (owner !== undefined) {
    const own = (await sftp.fstat(handle)).owner;
    const same = own !== undefined && own.uid === owner.uid && own.gid === owner.gid;
    // a login that may not give files away replaces the file by one of its own
    if (!same) await sftp.fsetstat(handle, { owner }).catch(ignoreRefusal);
  }
  const mode = preserve ? source.mode : before?.mode === undefined ? undefined : before.mode & 0o7777;
  if (mode !== undefined || preserve) {
    await sftp.fsetstat(handle, {
      ...(mode === undefined ? {} : { mode }),
      ...(preserve ? { times: source.times } : {}),
    });
  }
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof SftpError)) throw error;
}

/** Reads back what the node has. */
async function compareDigest(
  { sftp, window, signal }: PutFileTools,
  path: string,
  size: number,
  expected: string,
): Promise<void> {
  const hash = createHash('sha256');
  const handle = await sftp.open(path, 'read');
  try {
    for await (const piece of readRemote(sftp, handle, size, window, signal)) hash.update(piece);
  } finally {
    await sftp.close(handle).catch(() => {});
  }
  if (hash.digest('hex') !== expected) throw new CopyError('the node has other bytes than were sent');
}

import { Readable, Writable } from 'node:stream';
import { type CommandExit, windowGrace } from './link.ts';
import { channelPacket, type Field, type FieldReader, message } from './mux-packets.ts';

/** One SSH channel inside a connection to a master; both outputs share one window and both must be read. */
export interface MuxChannel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  exit(): CommandExit | undefined;
  readonly exited: Promise<void>;
  /** Resolves when all is over and all output was read; true: the server closed it. */
  readonly closed: Promise<boolean>;
  /** Asks the server for something; resolves with its answer, false also when the connection is lost. */
  request(type: string, ...fields: readonly Field[]): Promise<boolean>;
  /** The same without an answer. */
  tell(type: string, ...fields: readonly Field[]): void;
  close(): void;
}

/** The side of a channel that its connection drives. */
export interface ChannelDriver {
  readonly channel: MuxChannel;
  /** A message for this channel, its number and its fields after the channel's. */
  receive(type: number, fields: FieldReader): void;
  /** The connection takes bytes again. */
  drained(): void;
  /** The connection is lost. */
  lost(): void;
}

export interface ChannelPort {
  /** The server's number of the channel. */
  readonly remote: number;
  readonly window: number;
  readonly maxPacket: number;
  /** @returns false when the connection takes no more for now */
  send(packet: Buffer): boolean;
  /** The channel's number may be used again. */
  forget(): void;
  /** The server sends more than it may. */
  windowIgnored(): void;
}

/** What the server may send before it is told that some was read: as much as holds a fast link busy. */
export const ownWindow = 2 * 1024 * 1024;
export const ownMaxPacket = 32 * 1024;

interface Unsent {
  readonly bytes: Buffer;
  readonly done: () => void;
}

export function createMuxChannel(port: ChannelPort): ChannelDriver {
  const exited = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<boolean>();
  const answers: ((good: boolean) => void)[] = [];
  let exit: CommandExit | undefined;
  let window = port.window;
  let unsent: Unsent | undefined;
  let read = 0;
  /** What the server may still send; below zero: what it has sent beyond. */
  let left = ownWindow;
  let closeSent = false;
  /** No more output comes. */
  let ended = false;
  let over = false;
  /** The connection takes nothing for now. */
  let full = false;

  const send = (type: number, ...fields: readonly Field[]): boolean =>
    over || port.send(channelPacket(type, port.remote, ...fields));

  /** Tells the server about what was read, in large steps. */
  const taken = (bytes: number): void => {
    read += bytes;
    if (read < ownWindow / 2 || closeSent) return;
    send(message.windowAdjust, read);
    left += read;
    read = 0;
  };
  const output = (): { stream: Readable; take: (bytes: Buffer) => void } => {
    let held = 0;
    const stream = new Readable({
      read() {
        const bytes = held;
        held = 0;
        taken(bytes);
      },
    });
    return {
      stream,
      take(bytes) {
        if (ended) return;
        left -= bytes.length;
        if (left < -ownWindow * windowGrace) port.windowIgnored();
        else if (stream.destroyed) taken(bytes.length);
        else if (stream.push(bytes)) taken(bytes.length);
        else held += bytes.length;
      },
    };
  };
  const stdout = output();
  const stderr = output();

  const pump = (): void => {
    while (unsent !== undefined && window > 0 && !full) {
      const { bytes, done } = unsent;
      const size = Math.min(bytes.length, window, port.maxPacket);
      window -= size;
      unsent = size === bytes.length ? undefined : { bytes: bytes.subarray(size), done };
      full = !send(message.data, bytes.subarray(0, size));
      if (unsent === undefined) done();
    }
  };
  const stdin = new Writable({
    write(bytes: Buffer, _encoding, done) {
      if (over || closeSent) return done();
      unsent = { bytes, done };
      return pump();
    },
    final(done) {
      if (!closeSent) send(message.eof);
      done();
    },
  });
  stdin.on('error', () => {});

  const endOutputs = (): void => {
    if (ended) return;
    ended = true;
    for (const { stream } of [stdout, stderr]) stream.push(null);
  };
  const end = (byServer: boolean): void => {
    if (over) return;
    over = true;
    endOutputs();
    for (const answer of answers.splice(0)) answer(false);
    exited.resolve();
    const done = unsent?.done;
    unsent = undefined;
    done?.();
    port.forget();
    void Promise.all([allRead(stdout.stream), allRead(stderr.stream)]).then(() => closed.resolve(byServer));
  };
  const close = (): void => {
    if (closeSent || over) return;
    send(message.close);
    closeSent = true;
  };

  const takeRequest = (fields: FieldReader): void => {
    const type = fields.string().toString('latin1');
    const wantsAnswer = fields.byte() !== 0;
    // a second status would be a broken server's: the first counts
    if (type === 'exit-status') exit ??= { code: fields.uint32() & 255 };
    else if (type === 'exit-signal') exit ??= { signal: fields.string().toString('latin1') };
    if (exit !== undefined) exited.resolve();
    if (wantsAnswer) send(message.failure);
  };

  return {
    channel: {
      stdin,
      stdout: stdout.stream,
      stderr: stderr.stream,
      exit: () => exit,
      exited: exited.promise,
      closed: closed.promise,
      request(type, ...fields) {
        if (over) return Promise.resolve(false);
        return new Promise((resolve) => {
          answers.push(resolve);
          send(message.request, type, true, ...fields);
        });
      },
      tell: (type, ...fields) => void (closeSent || send(message.request, type, false, ...fields)),
      close,
    },
    receive(type, fields) {
      switch (type) {
        case message.windowAdjust:
          window += fields.uint32();
          return pump();
        case message.data:
          return stdout.take(fields.string());
        case message.extendedData:
          fields.uint32();
          return stderr.take(fields.string());
        case message.eof:
          return endOutputs();
        case message.close:
          close();
          return end(true);
        case message.request:
          return takeRequest(fields);
        case message.success:
        case message.failure:
          return answers.shift()?.(type === message.success);
        default:
          return undefined;
      }
    },
    drained() {
      full = false;
      pump();
    },
    lost: () => end(false),
  };
}

function allRead(stream: Readable): Promise<void> {
  if (stream.readableEnded || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
  });
}

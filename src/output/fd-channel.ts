import { fstatSync, write, writeSync, writev } from 'node:fs';
import type { ChannelFailure, OutputChannel } from './terminal.ts';

/** Input is held back while this much waits to be written. */
const HIGH_WATER_BYTES = 1024 * 1024;
const RETRY_MS = 5;

export interface FdChannelOptions {
  readonly isTTY: boolean;
  /** Called once, when the channel fails. */
  readonly onFailure?: (failure: ChannelFailure) => void;
}

/**
 * Writes to a file descriptor. Regular files are written at once. Pipes and terminals are written by a thread of the
 * pool, one write at a time: a reader that does not read (`| less`, Ctrl-S) then stops the run's input, not the
 * keepalives of its connections, and a Node.js stream's unbounded buffer is never in between.
 */
export function createFdChannel(fd: number, options: FdChannelOptions): OutputChannel {
  const direct = isRegularFile(fd);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let writing = false;
  let failure: ChannelFailure | undefined;
  let drain: (() => void)[] = [];
  let flushed: (() => void)[] = [];

  const release = (): void => {
    const released = drain;
    drain = [];
    for (const resolve of released) {
      resolve();
    }
    if (waitingBytes === 0 && !writing) {
      const done = flushed;
      flushed = [];
      for (const resolve of done) {
        resolve();
      }
    }
  };

  const fail = (error: NodeJS.ErrnoException): void => {
    waiting = [];
    waitingBytes = 0;
    if (failure === undefined) {
      failure = failureOf(error);
      options.onFailure?.(failure);
    }
  };

  const written = (error: NodeJS.ErrnoException | null, count: number): void => {
    writing = false;
    if (error !== null && error.code === 'EAGAIN') {
      // Someone made the shared descriptor non-blocking (an ssh on the same terminal does): nothing tells when it is free.
      writing = true;
      setTimeout(() => {
        writing = false;
        pump();
      }, RETRY_MS);
      return;
    }
    if (error !== null) {
      fail(error);
    } else {
      consume(count);
    }
    pump();
  };

  const consume = (count: number): void => {
    waitingBytes -= count;
    let left = count;
    while (left > 0) {
      const first = waiting[0]!;
      if (left < first.length) {
        waiting[0] = first.subarray(left);
        return;
      }
      left -= first.length;
      waiting.shift();
    }
  };

  const pump = (): void => {
    if (!writing && waitingBytes > 0) {
      writing = true;
      if (waiting.length === 1) {
        write(fd, waiting[0]!, 0, waiting[0]!.length, null, written);
      } else {
        writev(fd, waiting.slice(0, 512), written);
      }
    }
    if (waitingBytes < HIGH_WATER_BYTES) {
      release();
    }
  };

  return {
    isTTY: options.isTTY,
    get failure() {
      return failure;
    },
    write(chunk) {
      if (failure !== undefined || chunk.length === 0) {
        return undefined;
      }
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      if (direct) {
        try {
          writeAll(fd, bytes);
        } catch (error) {
          fail(error as NodeJS.ErrnoException);
        }
        return undefined;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      pump();
      if (waitingBytes < HIGH_WATER_BYTES) {
        return undefined;
      }
      return new Promise((resolve) => drain.push(resolve));
    },
    flush: () =>
      waitingBytes === 0 && !writing ? Promise.resolve() : new Promise((resolve) => flushed.push(resolve)),
  };
}

function isRegularFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    // A closed descriptor: the first write tells.
    return false;
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(fd, bytes, done);
  }
}

function failureOf(error: NodeJS.ErrnoException): ChannelFailure {
  if (error.code === 'EPIPE' || error.code === 'EBADF' || error.code === 'EIO') {
    return { kind: 'closed' };
  }
  return { kind: 'error', code: error.code ?? 'EUNKNOWN', message: error.message };
}

import { fstatSync, write, writeSync, writev } from 'node:fs';
import type { ChannelFailure, OutputChannel } from './terminal.ts';
import { createWriteQueue, type WriteQueue } from './write-queue.ts';

/** Input is held back while this much waits to be written. */
const HIGH_WATER_BYTES = 256 * 1024;
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
  const waiting = createWriteQueue();
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
    if (waiting.bytes === 0 && !writing) {
      const done = flushed;
      flushed = [];
      for (const resolve of done) {
        resolve();
      }
    }
  };

  const fail = (error: NodeJS.ErrnoException): void => {
    waiting.clear();
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
      waiting.remove(count);
    }
    pump();
  };

  const pump = (): void => {
    if (!writing && waiting.bytes > 0) {
      writing = true;
      const [first, ...more] = waiting.front();
      if (more.length === 0) {
        write(fd, first!, 0, first!.length, null, written);
      } else {
        writev(fd, [first!, ...more], written);
      }
    }
    if (waiting.bytes < HIGH_WATER_BYTES) {
      release();
    }
  };

  return {
    isTTY: options.isTTY,
    get failure() {
      return failure;
    },
    write(chunk, encoding) {
      if (failure !== undefined || chunk.length === 0) {
        return undefined;
      }
      waiting.add(chunk, encoding);
      if (direct) {
        try {
          writeAll(fd, waiting);
        } catch (error) {
          fail(error as NodeJS.ErrnoException);
        }
        return undefined;
      }
      pump();
      if (waiting.bytes < HIGH_WATER_BYTES) {
        return undefined;
      }
      return new Promise((resolve) => drain.push(resolve));
    },
    flush: () =>
      waiting.bytes === 0 && !writing ? Promise.resolve() : new Promise((resolve) => flushed.push(resolve)),
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

function writeAll(fd: number, waiting: WriteQueue): void {
  for (const bytes of waiting.front()) {
    let done = 0;
    while (done < bytes.length) {
      done += writeSync(fd, bytes, done);
    }
  }
  waiting.clear();
}

function failureOf(error: NodeJS.ErrnoException): ChannelFailure {
  if (error.code === 'EPIPE' || error.code === 'EBADF' || error.code === 'EIO') {
    return { kind: 'closed' };
  }
  return { kind: 'error', code: error.code ?? 'EUNKNOWN', message: error.message };
}

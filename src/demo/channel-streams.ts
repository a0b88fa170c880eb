import type { Writable } from 'node:stream';

import type { ServerChannel } from 'ssh2';

import { BrokenPipe } from './sh/job.ts';
import type { Job } from './sh/job.ts';
import type { Descriptor } from './sh/shell.ts';
import { Input } from './sh/streams.ts';

export interface ChannelStreams {
  readonly descriptors: ReadonlyMap<number, Descriptor>;
  /** Resolves when all that was written has left, or nobody is there to take it. */
  flush(): Promise<void>;
}

/**
 * A channel as descriptors 0, 1 and 2. With `terminal` the channel is one: line ends become CR LF, both outputs are
 * one, and Ctrl-C in the input is a signal for that job.
 */
export function channelStreams(channel: ServerChannel, terminal: Job | undefined): ChannelStreams {
  let isOpen = true;
  let onClose = () => {};
  const closed = new Promise<void>((resolve) => {
    onClose = resolve;
  });
  channel.once('close', () => {
    isOpen = false;
    onClose();
  });
  // One write at a time for both outputs: ssh2's channel mixes up what waits for the window when both do.
  let last: Promise<void> = Promise.resolve();
  const write = async (toStderr: boolean, bytes: string | Uint8Array): Promise<void> => {
    const before = last;
    const chunk = terminal === undefined ? bytes : withCarriageReturns(bytes);
    const done = (async () => {
      await before;
      if (isOpen) {
        await Promise.race([
          closed,
          send(toStderr && terminal === undefined ? channel.stderr : channel, channel, chunk),
        ]);
      }
    })();
    last = done;
    await done;
    if (!isOpen) {
      throw new BrokenPipe();
    }
  };
  return {
    descriptors: new Map<number, Descriptor>([
      [0, { input: channelInput(channel, terminal) }],
      [1, { output: { write: (bytes) => write(false, bytes) } }],
      [2, { output: { write: (bytes) => write(true, bytes) } }],
    ]),
    flush: () => last,
  };
}

function withCarriageReturns(bytes: string | Uint8Array): Buffer {
  return Buffer.from(
    Buffer.from(bytes as Uint8Array)
      .toString('latin1')
      .replaceAll('\n', '\r\n'),
    'latin1',
  );
}

function send(stream: Writable, channel: ServerChannel, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.write(chunk, () => {
      // ssh2 1.17 keeps the piece that waited for the window, and would send it again when stderr waits.
      const pending = channel as unknown as Record<string, unknown>;
      for (const name of ['_chunk', '_chunkcb', '_chunkErr', '_chunkcbErr']) {
        pending[name] = undefined;
      }
      resolve();
    });
  });
}

function channelInput(channel: ServerChannel, terminal: Job | undefined): Input {
  const chunks: Buffer[] = [];
  let ended = false;
  let wake = () => {};
  const wakeUp = () => {
    wake();
  };
  channel.on('end', () => {
    ended = true;
    wakeUp();
  });
  channel.on('close', () => {
    ended = true;
    wakeUp();
  });
  const take = () => {
    const chunk = channel.read() as Buffer | null;
    if (chunk !== null) {
      const interrupt = terminal === undefined ? -1 : chunk.lastIndexOf(3);
      if (interrupt !== -1) {
        // As a terminal does: what was typed before is dropped. Who waited for it is ended, and must not take what follows.
        chunks.length = 0;
        if (terminal!.deliver('INT')) {
          wake = () => {};
        }
      }
      chunks.push(chunk.subarray(interrupt + 1));
    }
  };
  channel.on('readable', () => {
    // With a terminal Ctrl-C must be seen also when nobody reads; without one the window holds the sender back.
    if (terminal !== undefined) {
      take();
    }
    wakeUp();
  });
  return new Input(async () => {
    for (;;) {
      take();
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        return chunk;
      }
      if (ended) {
        return undefined;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  });
}

import type { OutputSink, OutputStream } from '../fanout/executor.ts';

/** More than a login shell says before its first command; beyond it the output is taken for the user's. */
const maxHeldBytes = 64 * 1024;

export interface HeldOutput extends OutputSink {
  /** Passes on what was held, and from now on everything at once. */
  release(): Promise<void>;
  /** Forgets what was held. */
  drop(): void;
}

/**
 * Keeps what a node prints until it is known that the user's command has begun:
 * the complaints of a shell that could not read the wrapper are no output of the user's.
 */
export function createHeldOutput(sink: OutputSink): HeldOutput {
  let held: { readonly stream: OutputStream; readonly bytes: Buffer }[] = [];
  let heldBytes = 0;
  let state: 'holding' | 'releasing' | 'open' = 'holding';
  let released: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    for (let next = held.shift(); next !== undefined; next = held.shift()) {
      await sink.write(next.stream, next.bytes);
    }
    state = 'open';
  }

  function release(): Promise<void> {
    if (state === 'holding') {
      state = 'releasing';
      released = flush();
    }
    return released;
  }

  return {
    release,
    drop() {
      held = [];
    },
    write(stream, chunk) {
      if (state === 'open') return sink.write(stream, chunk);
      held.push({ stream, bytes: Buffer.from(chunk) });
      heldBytes += chunk.length;
      // While held chunks are passed on, a new one waits behind them.
      return state === 'releasing' || heldBytes > maxHeldBytes ? release() : undefined;
    },
  };
}

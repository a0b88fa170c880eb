import type { OutputSink, OutputStream } from '../fanout/executor.ts';

/** More than a login shell says before its first command; beyond it the output is taken for the user's. */
const maxHeldBytes = 64 * 1024;

export interface HeldOutput extends OutputSink {
  /** Passes on what was held, and from now on everything at once. */
  release(): Promise<void>;
}

/**
 * Keeps what a node prints until it is known that the user's command has begun:
 * the complaints of a shell that could not read the wrapper are no output of the user's.
 */
export function createHeldOutput(sink: OutputSink): HeldOutput {
  let held: { readonly stream: OutputStream; readonly bytes: Buffer }[] | undefined = [];
  let heldBytes = 0;

  async function release(): Promise<void> {
    const pending = held ?? [];
    held = undefined;
    for (const { stream, bytes } of pending) await sink.write(stream, bytes);
  }

  return {
    release,
    write(stream, chunk) {
      if (held === undefined) return sink.write(stream, chunk);
      held.push({ stream, bytes: Buffer.from(chunk) });
      heldBytes += chunk.length;
      return heldBytes > maxHeldBytes ? release() : undefined;
    },
  };
}

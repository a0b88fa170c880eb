import type { Readable } from 'node:stream';
import type { OutputSink, OutputStream } from '../fanout/executor.ts';
import type { CommandChannel } from './link.ts';

/** The output of one command on its way to a sink. */
export interface ForwardedOutput {
  /** Resolves when both streams have ended and all was written. */
  readonly ended: Promise<void>;
  isEnded(): boolean;
  /** Rejects when the sink does; never resolves. */
  readonly failed: Promise<never>;
  /** Resolves when nothing has come for so long; a slow sink is not silence. */
  silentFor(ms: number): Promise<void>;
  /** Takes nothing more; resolves when what was taken is written. */
  stop(): Promise<void>;
}

/** Both streams are always read. While the sink's promise is pending neither is: the SSH window holds the sender back. */
export function forwardOutput(channel: CommandChannel, sink: OutputSink): ForwardedOutput {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const ended = Promise.withResolvers<void>();
  let isEnded = false;
  let stopped = false;
  let pending = 0;
  let lastAt = performance.now();
  let allWritten: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const streams: readonly [OutputStream, Readable][] = [
    ['stdout', channel.stdout],
    ['stderr', channel.stderr],
  ];

  const settle = (): void => {
    pending -= 1;
    lastAt = performance.now();
    if (pending > 0) return;
    allWritten?.();
    for (const [, stream] of streams) stream.resume();
  };
  for (const [name, stream] of streams) {
    stream.on('data', (chunk: Buffer) => {
      if (stopped) return;
      lastAt = performance.now();
      let written;
      try {
        written = sink.write(name, chunk);
      } catch (error) {
        failed.reject(error);
        return;
      }
      if (written === undefined) return;
      pending += 1;
      for (const [, other] of streams) other.pause();
      written.then(settle, (error: unknown) => {
        failed.reject(error);
        settle();
      });
    });
  }
  const drained = (): Promise<void> =>
    pending === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          allWritten = resolve;
        });
  void channel.closed.then(drained).then(() => {
    isEnded = true;
    clearTimeout(timer);
    ended.resolve();
  });

  return {
    ended: ended.promise,
    isEnded: () => isEnded,
    failed: failed.promise,
    silentFor: (ms) =>
      new Promise((resolve) => {
        const check = (): void => {
          const quietMs = pending > 0 ? 0 : performance.now() - lastAt;
          if (quietMs >= ms) resolve();
          else timer = setTimeout(check, Math.max(1, ms - quietMs));
        };
        lastAt = performance.now();
        check();
      }),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await drained();
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  readonly everyMs?: number;
  /** Pause after the first look, which doubles up to everyMs: for what is often there at once. Default: everyMs. */
  readonly firstMs?: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Looks again and again until there is an answer; `timeout` after the time, `aborted` when the signal says so. */
export async function poll<T extends object>(
  look: () => Promise<T | undefined>,
  { everyMs = 1000, firstMs = everyMs, timeoutMs, signal }: PollOptions,
): Promise<T | 'timeout' | 'aborted'> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = firstMs; ; pauseMs = Math.min(everyMs, pauseMs * 2)) {
    if (signal.aborted) return 'aborted';
    const found = await look();
    if (found !== undefined) return found;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return signal.aborted ? 'aborted' : 'timeout';
    await sleep(Math.min(pauseMs, leftMs), undefined, { signal }).catch(() => {});
  }
}

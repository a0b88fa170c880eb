import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  readonly everyMs?: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Looks again and again until there is an answer; `timeout` after the time, `aborted` when the signal says so. */
export async function poll<T extends object>(
  look: () => Promise<T | undefined>,
  { everyMs = 1000, timeoutMs, signal }: PollOptions,
): Promise<T | 'timeout' | 'aborted'> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (signal.aborted) return 'aborted';
    const found = await look();
    if (found !== undefined) return found;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return signal.aborted ? 'aborted' : 'timeout';
    await sleep(Math.min(everyMs, leftMs), undefined, { signal }).catch(() => {});
  }
}

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor } from '../fanout/executor.ts';
import { memberTask } from './member-task.ts';

/** Watches which members take writes, several times a second each, by their own Patroni's word. */
export interface PrimaryWatch {
  /** Resolves when every member has been heard, or after the time; false: the measure would have holes. */
  ready(timeoutMs: number): Promise<boolean>;
  /** Resolves when a member is heard to take writes that is not this one, or after the time. */
  otherThan(node: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /**
   * Milliseconds so far in which no member took writes, from the first that did; null: it was not seen whole, because `ready`
   * did not resolve with true, or the watch had to end early where a node gave too few sessions.
   */
  gapMs(): number | null;
  /** Resolves when some member takes writes, or after the time. */
  writable(timeoutMs: number): Promise<boolean>;
  /** How often it began that none took writes. */
  gaps(): number;
  /** The longest of these times, in milliseconds. */
  longestMs(): number;
  /** Nothing is heard of the members from the call on; resolves when they write no more. */
  stop(): Promise<void>;
}

export interface PrimaryWatchOptions {
  /** After which the members stop by themselves, should nobody tell them to. */
  readonly seconds: number;
  /** A write to it tells, not the server's role: `schema.table`, with one row. */
  readonly table?: string;
  /** Go on with a member that was lost: for hours, not for one switchover. */
  readonly again?: boolean;
}

export function watchPrimary(
  executor: Executor,
  nodes: readonly string[],
  { seconds, table, again = false }: PrimaryWatchOptions,
): PrimaryWatch {
  const abort = new AbortController();
  const nonce = randomBytes(12).toString('hex');
  const writable = new Map<string, boolean>();
  let begun = false;
  let isReady = false;
  let gaveWay = false;
  let gapSince: number | undefined;
  let gapTotal = 0;
  let longest = 0;
  let gapCount = 0;
  const listeners = new Set<() => void>();

  const hear = (node: string, primary: boolean): void => {
    writable.set(node, primary);
    const any = [...writable.values()].includes(true);
    const now = performance.now();
    if (any) {
      begun = true;
      if (gapSince !== undefined) {
        gapTotal += now - gapSince;
        longest = Math.max(longest, now - gapSince);
      }
      gapSince = undefined;
    } else if (begun && gapSince === undefined) {
      gapSince = now;
      gapCount += 1;
    }
    for (const listener of listeners) listener();
  };

  const request = { watch: seconds, ...(table === undefined ? {} : { table }) };
  // Where a server gives so few sessions, what changes something goes before what measures.
  const giveWay = (): void => {
    gaveWay = true;
    abort.abort();
    for (const listener of listeners) listener();
  };

  const watchNode = async (node: string): Promise<void> => {
    let rest = '';
    await executor.execute(
      node,
      { ...memberTask({ nonce, request, timeoutMs: 0 }), onCrowded: giveWay },
      {
        write(stream, chunk) {
          if (stream !== 'stdout') return;
          const lines = `${rest}${chunk.toString()}`.split('\n');
          rest = lines.pop()!.slice(-1000);
          for (const line of lines) if (line.startsWith(`${nonce} `)) hear(node, line.endsWith('P'));
        },
      },
      abort.signal,
    );
    // One that cannot be heard any more takes no writes for us.
    if (!abort.signal.aborted) hear(node, false);
  };
  const watchOn = async (node: string): Promise<void> => {
    do {
      await watchNode(node);
      if (again) await sleep(1000, undefined, { signal: abort.signal }).catch(() => {});
    } while (again && !abort.signal.aborted);
  };
  const all = Promise.all(nodes.map(watchOn));

  const until = (isSo: () => boolean, timeoutMs: number, signal?: AbortSignal): Promise<boolean> => {
    if (isSo()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (result: boolean) => {
        clearTimeout(timer);
        listeners.delete(look);
        signal?.removeEventListener('abort', giveUp);
        resolve(result);
      };
      const giveUp = () => end(false);
      const look = () => {
        if (isSo()) end(true);
      };
      const timer = setTimeout(giveUp, timeoutMs);
      signal?.addEventListener('abort', giveUp, { once: true });
      listeners.add(look);
    });
  };

  return {
    async ready(timeoutMs) {
      const isHeard = (): boolean => nodes.every((node) => writable.has(node)) && begun;
      isReady = (await until(() => gaveWay || isHeard(), timeoutMs)) && !gaveWay;
      return isReady;
    },
    async otherThan(node, timeoutMs, signal) {
      await until(() => [...writable].some(([other, writes]) => writes && other !== node), timeoutMs, signal);
    },
    writable: (timeoutMs) => until(() => [...writable.values()].includes(true), timeoutMs),
    gapMs() {
      if (!isReady || gaveWay) return null;
      return Math.round(gapTotal + (gapSince === undefined ? 0 : performance.now() - gapSince));
    },
    gaps: () => gapCount,
    longestMs: () => Math.round(Math.max(longest, gapSince === undefined ? 0 : performance.now() - gapSince)),
    async stop() {
      abort.abort();
      // Who only looks is not waited for: beside a lock's session sshd passes no signal on (end-remote.ts), and it ends
      // when its channel is closed, seconds later.
      if (table !== undefined) await all;
    },
  };
}

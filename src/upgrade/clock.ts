import { askCommand } from '../fanout/ask-command.ts';
import type { Executor } from '../fanout/executor.ts';

/** A node's clock against this machine's. Seconds. */
export interface ClockReading {
  /** Positive: the node is ahead. */
  readonly offset: number;
  /** The truth is within so much of it: half of the time that the answer took. */
  readonly within: number;
}

/** A first answer carries the login along. */
const tries = 4;

/**
 * Asks a node what time it is, several times, and takes the quickest answer: the node looked at its clock somewhen
 * between question and answer. A text: why it did not say.
 */
export async function readClock(
  executor: Executor,
  node: string,
  signal: AbortSignal,
): Promise<ClockReading | string> {
  let best: ClockReading | undefined;
  let why = 'its clock was not asked';
  for (let turn = 0; turn < tries && !signal.aborted; turn += 1) {
    const begun = Date.now();
    const start = performance.now();
    const { outcome, stdout, stderr } = await askCommand(
      executor,
      node,
      { command: 'date +%s.%N', timeoutMs: 30_000 },
      signal,
    );
    const took = (performance.now() - start) / 1000;
    // Without nanoseconds (busybox) the N stays.
    const [, whole, part] = /^(\d+)\.(\d+|N|%N)$/.exec(stdout.trim()) ?? [];
    if (whole === undefined) {
      why = 'message' in outcome ? outcome.message : stderr.trim() || 'it does not say its time';
      continue;
    }
    const isWhole = !/^\d+$/.test(part!);
    const now = Number(whole) + (isWhole ? 0.5 : Number(`0.${part}`));
    const reading = {
      offset: now - (begun / 1000 + took / 2),
      within: took / 2 + (isWhole ? 0.5 : 0),
    };
    if (best === undefined || reading.within < best.within) best = reading;
  }
  return best ?? why;
}

/** How far two clocks are apart, at least and at most. Seconds. */
export function skewOf(a: ClockReading, b: ClockReading): { readonly least: number; readonly most: number } {
  const apart = Math.abs(a.offset - b.offset);
  const doubt = a.within + b.within;
  return { least: Math.max(0, apart - doubt), most: apart + doubt };
}

import type { NodeReport } from '../fanout/observer.ts';
import { succeeded } from '../fanout/outcome.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';

export interface RetryChoice {
  /** In the order they ran. */
  readonly again: readonly string[];
  /** Failed too, but the command may still be running there, or may have run: only on request. */
  readonly inDoubt: readonly string[];
}

/** The nodes of the last command that are worth another try, among those still worked with. */
export function chooseRetry(reports: readonly NodeReport[], nodes: readonly string[]): RetryChoice {
  const working = new Set(nodes);
  const again: string[] = [];
  const inDoubt: string[] = [];
  for (const { node, outcome } of reports) {
    if (!working.has(node) || succeeded(outcome)) continue;
    if (mayStillRun(outcome)) inDoubt.push(node);
    else again.push(node);
  }
  return { again, inDoubt };
}

/** Nobody knows whether the remote command has ended: a second one beside it could do harm. */
function mayStillRun(outcome: NodeOutcome): boolean {
  if (outcome.kind === 'unknown') return true;
  return (outcome.kind === 'timed-out' || outcome.kind === 'cancelled') && outcome.remote !== 'ended';
}

/** A few words for `:nodes`. */
export function describeOutcome(outcome: NodeOutcome): string {
  switch (outcome.kind) {
    case 'finished':
      if (outcome.signal !== undefined) return `ended by signal ${outcome.signal}`;
      return `${outcome.code === 0 ? 'ok' : `exit code ${outcome.code ?? 'unknown'}`}${cut(outcome.truncated)}`;
    case 'refused':
      return `refused: ${outcome.message}`;
    case 'not-started':
      return `not reached: ${outcome.message}`;
    case 'timed-out':
      return `timed out after ${outcome.afterMs / 1000} s${fate(outcome.remote)}`;
    case 'unknown':
      return `unknown: ${outcome.message}`;
    case 'cancelled':
      return `cancelled${fate(outcome.remote)}`;
    default:
      return `skipped: ${outcome.because}`;
  }
}

function cut(truncated: boolean | undefined): string {
  return truncated === true ? ', output cut' : '';
}

function fate(remote: 'ended' | 'still-running' | 'unknown'): string {
  if (remote === 'ended') return '';
  return remote === 'still-running' ? ', still running there' : ', may still be running there';
}

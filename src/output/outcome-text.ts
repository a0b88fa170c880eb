import type { NodeOutcome, RemoteFate } from '../fanout/outcome.ts';
import { makeVisibleLine } from './printable.ts';

/**
 * What to say about an outcome, without the node's name; undefined when there is nothing to say (exit code 0).
 * clush's words where clush has them.
 */
export function outcomeText(outcome: NodeOutcome): string | undefined {
  switch (outcome.kind) {
    case 'finished':
      return finishedText(outcome);
    case 'refused':
      return `the node refused to run the command: ${makeVisibleLine(outcome.message)}`;
    case 'not-started': {
      const said =
        outcome.serverSaid === undefined ? '' : ` (the server said: ${makeVisibleLine(outcome.serverSaid)})`;
      return `${makeVisibleLine(outcome.message)}${said}`;
    }
    case 'timed-out':
      return `command timeout${FATE_TEXTS[outcome.remote]}`;
    case 'unknown':
      return `result unknown: ${makeVisibleLine(outcome.message)}`;
    case 'cancelled':
      return `cancelled${FATE_TEXTS[outcome.remote]}`;
    default:
      return `skipped: ${makeVisibleLine(outcome.because)}`;
  }
}

/** What to do about an outcome, where that is known. */
export function outcomeHint(outcome: NodeOutcome): string | undefined {
  return outcome.kind === 'not-started' && outcome.hint !== undefined
    ? makeVisibleLine(outcome.hint)
    : undefined;
}

/** Outputs of nodes are shown together only when the outcomes have the same key. */
export function outcomeKey(outcome: NodeOutcome): string {
  return outcome.kind === 'finished' ? `finished ${outcome.code ?? outcome.signal}` : outcome.kind;
}

/** Place of an outcome in listings: exit codes first, ascending, then signals, then everything that did not finish. */
export function outcomeOrder(outcome: NodeOutcome): number {
  if (outcome.kind === 'finished') {
    return outcome.code ?? 256;
  }
  return (
    257 + ['timed-out', 'unknown', 'cancelled', 'refused', 'not-started', 'skipped'].indexOf(outcome.kind)
  );
}

/** The command did not come to its end, or the output may be cut: what was shown is not all. */
export function isPartial(outcome: NodeOutcome): boolean {
  if (outcome.kind === 'finished') {
    return outcome.truncated === true;
  }
  return outcome.kind === 'timed-out' || outcome.kind === 'unknown' || outcome.kind === 'cancelled';
}

function finishedText(outcome: Extract<NodeOutcome, { kind: 'finished' }>): string | undefined {
  const parts: string[] = [];
  if (outcome.signal !== undefined) {
    parts.push(`killed by signal ${makeVisibleLine(outcome.signal)}`);
  } else if (outcome.code !== 0) {
    parts.push(`exited with exit code ${outcome.code}`);
  }
  if (outcome.truncated === true) {
    parts.push('connection lost at the end');
  }
  return parts.length === 0 ? undefined : parts.join(', ');
}

const FATE_TEXTS: Record<RemoteFate, string> = {
  ended: '',
  'still-running': ' (the remote process is still running)',
  unknown: ' (the remote process may still be running)',
};

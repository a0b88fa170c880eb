import type { NodeOutcome } from '../fanout/outcome.ts';

/** What became of a command, a few words for gates and journals. */
export function outcomeWords(outcome: NodeOutcome): string {
  switch (outcome.kind) {
    case 'finished':
      return outcome.signal === undefined ? `exit code ${outcome.code}` : `killed by ${outcome.signal}`;
    case 'timed-out':
      return `no answer in ${Math.round(outcome.afterMs / 1000)} s`;
    case 'cancelled':
      return 'not answered in time';
    case 'skipped':
      return outcome.because;
    default:
      return outcome.message;
  }
}

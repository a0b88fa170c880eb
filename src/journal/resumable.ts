import { JournalError } from './journal-error.ts';
import type { RollingReplay } from './replay-rolling.ts';
import type { RunRecord } from './run-view.ts';

/** The run, if it is one that can be gone on with. Throws a JournalError that says why not. */
export function requireResumable(run: RunRecord): RunRecord & { readonly rolling: RollingReplay } {
  const refuse = (why: string, hint: string): never => {
    throw new JournalError(`run ${run.id} ${why}`, { code: 'NOT_RESUMABLE', hint });
  };
  if (run.header.kind !== 'rolling') {
    return refuse('is no rolling run', 'muster run --retry-failed runs a command again where it failed.');
  }
  if (run.state === 'finished') return refuse('is finished', 'There is nothing left to do; start a new one.');
  if (run.state === 'running') {
    const { pid } = run.rolling?.resumed.at(-1)?.process ?? run.header.process;
    return refuse(`is in progress: process ${pid}`, 'Wait for it, or end that process first.');
  }
  if (run.rolling === undefined) return refuse('has no plan: nothing was done', 'Start a new one.');
  return { ...run, rolling: run.rolling };
}

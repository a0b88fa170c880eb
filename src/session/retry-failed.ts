import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import type { RunJournal } from '../journal/open-journal.ts';

/** What `--retry-failed` goes on with. */
export interface FailedRun {
  readonly id: string;
  /** Those that did not succeed, in the order of that run. */
  readonly nodes: readonly string[];
  /** Undefined when the journal holds it only with a secret left out, and for a copy. */
  readonly command: string | undefined;
  /** It copied files: its "command" is a description. */
  readonly copied: boolean;
  /** -m of that run. */
  readonly mode: string | undefined;
}

/** @throws UserError when there is no earlier run, or all of it succeeded */
export async function findFailedRun(journal: RunJournal): Promise<FailedRun> {
  const run = await journal.last();
  if (run === undefined) {
    throw new UserError('--retry-failed: no run is recorded yet', { code: 'NO_RUN' });
  }
  const nodes = run.nodes.filter(({ state }) => state !== 'succeeded').map(({ node }) => node);
  if (nodes.length === 0) {
    throw new UserError(`--retry-failed: every node of the last run (${run.id}) succeeded`, {
      code: 'NOTHING_TO_RETRY',
      hint: 'See it with: muster runs show last',
    });
  }
  const { command, commandSha256 } = run.header;
  const whole = createHash('sha256').update(command).digest('hex') === commandSha256;
  const copied = run.header.settings['copy'] !== undefined;
  const { mode } = run.header.settings;
  return {
    id: run.id,
    nodes,
    command: whole && !copied ? command : undefined,
    copied,
    mode: typeof mode === 'string' ? mode : undefined,
  };
}

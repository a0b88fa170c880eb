import { openJournal } from '../journal/open-journal.ts';
import { UserError } from '../errors.ts';
import { showRun } from './show-runs.ts';
import { readSurroundings } from './surroundings.ts';

/** `muster upgrade status [RUN]`: the newest upgrade, step by step. */
export async function showUpgrade(
  id: string | undefined,
  options: { readonly json: boolean },
): Promise<void> {
  await showRun(id ?? (await lastUpgrade()), { ...options, store: false });
}

/**
 * The newest upgrade, finished or not.
 * @throws UserError when none is recorded
 */
export async function lastUpgrade(): Promise<string> {
  const { stateFolder: folder, host } = readSurroundings();
  const journal = openJournal({ folder, host, onProblem: () => {} });
  for (const { id, header } of await journal.list()) {
    if (header?.kind !== 'rolling') continue;
    const { rolling } = await journal.show(id);
    if ((rolling?.plan.spec as { kind?: string } | undefined)?.kind === 'upgrade') return id;
  }
  throw new UserError('no upgrade is recorded here', {
    code: 'UNKNOWN_RUN',
    hint: 'A journal is on the machine that began the run, of the user who did: muster runs list.',
  });
}

import type { RunJournal } from '../journal/open-journal.ts';
import { runsFolder } from '../journal/journal-folder.ts';
import { mirroredJournal } from '../store/mirrored-journal.ts';
import { StoreError } from '../store/store-error.ts';
import type { Surroundings } from './surroundings.ts';

/** The journal of this machine, mirrored to the team store. A store that is away is told once a run. */
export function withTeamStore(
  journal: RunJournal,
  url: string,
  { user, host, stateFolder }: Surroundings,
  warn: (text: string) => void,
): RunJournal {
  return mirroredJournal(journal, {
    url,
    name: `muster ${user}@${host}`,
    folder: runsFolder(stateFolder),
    onProblem(problem) {
      const hint = problem instanceof StoreError && problem.hint !== undefined ? `. ${problem.hint}` : '';
      warn(`${problem.message}${hint}`);
    },
  });
}

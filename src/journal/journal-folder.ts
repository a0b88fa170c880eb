import { lstatSync, mkdirSync } from 'node:fs';
import { JournalError, storageError } from './journal-error.ts';

/** Folder of the run files below the state folder. */
export function runsFolder(stateFolder: string): string {
  return `${stateFolder}/runs`;
}

/**
 * Makes `STATE/runs` for its owner alone (0700) and refuses what another user could have put there or could change:
 * a link, a foreign owner, a folder that group or others may write. Returns its path.
 */
export function prepareFolder(stateFolder: string): string {
  const runs = runsFolder(stateFolder);
  // One after the other: nothing is made inside a folder that is refused.
  for (const folder of [stateFolder, runs]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      // mkdir -p on a file or a dangling link: the check names it better.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw storageError('make the folder', folder, error);
    }
    checkFolder(folder);
  }
  return runs;
}

function checkFolder(path: string): void {
  let stat;
  try {
    stat = lstatSync(path);
  } catch (error) {
    throw storageError('use the journal folder', path, error);
  }
  if (stat.isSymbolicLink()) {
    throw refused(path, 'it is a symbolic link', 'Replace the link by a folder, or set XDG_STATE_HOME.');
  }
  if (!stat.isDirectory()) throw refused(path, 'it is not a folder', 'Move the file away.');
  const uid = process.geteuid?.();
  if (uid !== undefined && stat.uid !== uid) {
    const hint = 'Set XDG_STATE_HOME to a folder of your own (with sudo: sudo -H).';
    throw refused(path, `it belongs to uid ${stat.uid}, you are uid ${uid}`, hint);
  }
  if ((stat.mode & 0o022) !== 0) {
    throw refused(path, 'others may write to it', `chmod go-w ${path}`);
  }
}

function refused(path: string, why: string, hint: string): JournalError {
  return new JournalError(`journal folder ${path} refused: ${why}`, { code: 'JOURNAL_FOLDER', hint });
}

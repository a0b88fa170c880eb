import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { JournalError, storageError } from './journal-error.ts';
import { isRunId } from './run-id.ts';

export const runSuffix = '.jsonl';
export const outputSuffix = '.output';

/** Names of the recorded runs, newest first. A folder that does not exist yet holds none. */
export function runIds(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw storageError('read the journal folder', folder, error);
  }
  const ids: string[] = [];
  for (const name of names) {
    if (!name.endsWith(runSuffix)) continue;
    const id = name.slice(0, -runSuffix.length);
    if (isRunId(id)) ids.push(id);
  }
  return ids.sort().reverse();
}

/** A journal file's bytes. Refuses links and what is not a plain file of our own. */
export function readJournalFile(path: string): Buffer {
  let fd: number;
  try {
    // O_NONBLOCK: a fifo in a file's place must not hang us.
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw storageError('read', path, error);
  }
  try {
    const stat = fstatSync(fd);
    const uid = process.geteuid?.();
    if (!stat.isFile() || (uid !== undefined && stat.uid !== uid)) {
      throw new JournalError(`cannot read ${path}: not a file of your own`, {
        code: 'JOURNAL_FOLDER',
        hint: 'Move it away.',
      });
    }
    return readFileSync(fd);
  } catch (error) {
    throw error instanceof JournalError ? error : storageError('read', path, error);
  } finally {
    closeSync(fd);
  }
}

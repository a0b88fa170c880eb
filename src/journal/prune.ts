import { unlinkSync } from 'node:fs';
import { storageError } from './journal-error.ts';
import { outputSuffix, runIds, runSuffix } from './read-file.ts';
import { startOfRun } from './run-id.ts';
import type { ReaderPlace } from './run-view.ts';
import { summarizeRun } from './run-view.ts';

/** A run is kept while it is among the newest `keepRuns` and younger than `keepDays`. */
export interface Retention {
  /** Default: 1000. */
  readonly keepRuns?: number;
  /** Default: 400. */
  readonly keepDays?: number;
}

const dayMs = 86_400_000;

/**
 * Deletes old runs and their output, oldest last, and returns the ids deleted. Never the newest run, a run in progress,
 * a rolling run that is not finished, or a file that cannot be read (it might be one).
 * Reads only the files it is about to delete.
 */
export function pruneRuns(place: ReaderPlace, now: number, retention: Retention = {}): string[] {
  const { keepRuns = 1000, keepDays = 400 } = retention;
  const oldest = now - keepDays * dayMs;
  const pruned: string[] = [];
  for (const [index, id] of runIds(place.folder).entries()) {
    if (index === 0 || (index < keepRuns && startOfRun(id).getTime() >= oldest)) continue;
    const { state, header } = summarizeRun(place, id);
    if (state === 'unreadable' || state === 'running' || state === 'held') continue;
    if (state === 'interrupted' && (header?.kind === 'rolling' || header?.host !== place.host)) continue;
    deleteFile(`${place.folder}/${id}${outputSuffix}`);
    deleteFile(`${place.folder}/${id}${runSuffix}`);
    pruned.push(id);
  }
  return pruned;
}

function deleteFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    // Without output there is no such file, and another muster may prune at the same time.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError('delete', path, error);
  }
}

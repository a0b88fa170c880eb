import {
  bandStart,
  isPaddedKey,
  lengthOfKey,
  longestIndex,
  textOfKey,
  unpaddedStart,
  valueOfKey,
} from './index-key.ts';
import type { RangeSet } from './range-set.ts';

/** A row of indexes printed as one entry. `last` is the last member, not the key after it. */
interface Run {
  readonly first: number;
  last: number;
  readonly step: number;
  /** Counts as padded: no run goes on from padded indexes to a length that needs no padding. */
  readonly padded?: boolean;
}

/**
 * The text between brackets: `1-3,07`. Rows of at least `autostep` members (2 at least) with an equal distance
 * print as `1-9/2`; infinity prints none so.
 */
export function foldRangeSet(set: RangeSet, autostep = Infinity): string {
  const runs = autostep === Infinity ? contiguousRuns(set) : steppedRuns(set, Math.max(autostep, 2));
  return runs.map(runText).join();
}

function runText({ first, last, step }: Run): string {
  if (first === last) return textOfKey(first);
  const range = `${textOfKey(first)}-${textOfKey(last)}`;
  return step === 1 ? range : `${range}/${step}`;
}

/**
 * Rows of indexes that follow each other: within one length (a padded row may run on into unpadded numbers,
 * `09-11`), and from 9 to 10 when the row began unpadded.
 */
function contiguousRuns(set: RangeSet): Run[] {
  const runs: Run[] = [];
  const { edges } = set;
  for (let at = 0; at < edges.length; at += 2) {
    const end = edges[at + 1]!;
    for (let first = edges[at]!; first < end;) {
      const bandEnd = bandStart(lengthOfKey(first) + 1);
      const last = Math.min(end, bandEnd) - 1;
      const previous = runs.at(-1);
      if (previous !== undefined && continuesUnpadded(previous, first)) previous.last = last;
      else runs.push({ first, last, step: 1, padded: countsAsPadded(first, previous) });
      first = last + 1;
    }
  }
  return runs;
}

/** A run right after a single index of its length counts as that one does: `01,98-99,100-101`, as ClusterShell prints. */
function countsAsPadded(first: number, previous: Run | undefined): boolean {
  const afterSingle =
    previous?.first === previous?.last &&
    previous !== undefined &&
    lengthOfKey(previous.first) === lengthOfKey(first);
  return afterSingle ? previous.padded === true : isPaddedKey(first);
}

function continuesUnpadded(run: Run, first: number): boolean {
  if (run.padded === true || run.last < 9) return false;
  const length = lengthOfKey(run.last);
  return (
    length < longestIndex && run.last === bandStart(length + 1) - 1 && first === unpaddedStart(length + 1)
  );
}

/**
 * As contiguousRuns, with steps: greedy from the left; of a row too short all members but the last go out alone. Right
 * after a row with steps, an index that follows it at once begins a row of step 1 or goes out alone: `0-5/5,6,8-12/2`.
 */
function steppedRuns(set: RangeSet, autostep: number): Run[] {
  const runs: Run[] = [];
  let row: number[] = [];
  let step = 0;
  let padded = false;
  let onlyStepOne = false;
  const alone = (keys: readonly number[]): void => {
    for (const key of keys) runs.push({ first: key, last: key, step: 1 });
  };
  const begin = (key: number): void => {
    row = [key];
    padded = isPaddedKey(key);
    onlyStepOne = false;
  };
  const isRun = (): boolean => row.length > 1 && (step === 1 || row.length >= autostep);
  for (const key of set.keys()) {
    const last = row.at(-1);
    const distance = last === undefined ? 0 : distanceBetween(last, key, padded);
    if (row.length === 1 && distance > 0 && (distance === 1 || !onlyStepOne)) step = distance;
    else if (row.length < 2) {
      alone(row);
      begin(key);
      continue;
    }
    if (distance > 0 && distance === step) row.push(key);
    else if (isRun()) {
      runs.push({ first: row[0]!, last: last!, step });
      begin(key);
      onlyStepOne = distance === 1;
    } else if (distance > 0) {
      alone(row.slice(0, -1));
      row = [last!, key];
      step = distance;
    } else {
      alone(row);
      begin(key);
    }
  }
  if (isRun()) runs.push({ first: row[0]!, last: row.at(-1)!, step });
  else alone(row);
  return runs;
}

/** How far `key` is from `last`; 0 when it cannot belong to a row that began padded or not. */
function distanceBetween(last: number, key: number, padded: boolean): number {
  if (lengthOfKey(last) !== lengthOfKey(key) && (padded || isPaddedKey(key))) return 0;
  return valueOfKey(key) - valueOfKey(last);
}

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
      else runs.push({ first, last, step: 1 });
      first = last + 1;
    }
  }
  return runs;
}

function continuesUnpadded(run: Run, first: number): boolean {
  if (isPaddedKey(run.first) || run.last < 9) return false;
  const length = lengthOfKey(run.last);
  return (
    length < longestIndex && run.last === bandStart(length + 1) - 1 && first === unpaddedStart(length + 1)
  );
}

/** As contiguousRuns, with steps: greedy from the left, a row too short gives up all its members but the last. */
function steppedRuns(set: RangeSet, autostep: number): Run[] {
  const runs: Run[] = [];
  let row: number[] = [];
  let step = 0;
  for (const key of set.keys()) {
    const distance = row.length === 0 ? 0 : distanceInRow(row, key);
    if (row.length < 2 && distance > 0) step = distance;
    if (row.length === 0 || (distance > 0 && distance === step)) {
      row.push(key);
      continue;
    }
    row = [...closeRow(runs, row, step, autostep), key];
    const carried = row.length === 2 ? distanceInRow([row[0]!], key) : 0;
    if (carried === 0) row = flushAllBut(runs, row);
    step = carried;
  }
  flushRow(runs, row, step, autostep);
  return runs;
}

/** How far `key` is from the last of the row; 0 when it cannot belong to the row. */
function distanceInRow(row: readonly number[], key: number): number {
  const last = row.at(-1)!;
  const sameLength = lengthOfKey(last) === lengthOfKey(key);
  if (!sameLength && (isPaddedKey(row[0]!) || isPaddedKey(key))) return 0;
  return valueOfKey(key) - valueOfKey(last);
}

/** Puts a finished row out; what it gives back begins the next one. */
function closeRow(runs: Run[], row: readonly number[], step: number, autostep: number): number[] {
  if (row.length > 1 && (step === 1 || row.length >= autostep)) {
    runs.push({ first: row[0]!, last: row.at(-1)!, step });
    return [];
  }
  for (const key of row.slice(0, -1)) runs.push({ first: key, last: key, step: 1 });
  return [row.at(-1)!];
}

/** A row whose last member cannot follow the one before: all but the last go out alone. */
function flushAllBut(runs: Run[], row: readonly number[]): number[] {
  for (const key of row.slice(0, -1)) runs.push({ first: key, last: key, step: 1 });
  return [row.at(-1)!];
}

function flushRow(runs: Run[], row: readonly number[], step: number, autostep: number): void {
  if (row.length === 0) return;
  for (const key of closeRow(runs, row, step, autostep)) runs.push({ first: key, last: key, step: 1 });
}

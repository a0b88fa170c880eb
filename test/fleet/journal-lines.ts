import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scanLines } from '../../src/journal/line-format.ts';

/** What tests look at of a journal's records; others have some of it. */
export interface JournalLine {
  readonly type: string;
  readonly lane: string;
  readonly node: string;
  readonly step: string;
  readonly attempt?: number;
  readonly result?: string;
  readonly undo?: true;
}

/** All whole records of the newest run in a state folder, in order. */
export function newestJournal(state: string): JournalLine[] {
  const folder = join(state, 'muster', 'runs');
  if (!existsSync(folder)) return [];
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()
    .at(-1);
  if (newest === undefined) return [];
  const { bodies } = scanLines(readFileSync(join(folder, newest)));
  return bodies.map((line) => JSON.parse(line.toString()) as JournalLine);
}

import type { ScannedLines } from './line-format.ts';
import { scanLines } from './line-format.ts';
import { JournalError } from './journal-error.ts';
import { isAlive } from './process-identity.ts';
import { readJournalFile, runSuffix } from './read-file.ts';
import type { FinishedRecord, HeaderRecord, RunCounts } from './records.ts';
import type { NodeRecord, ReplayedRun } from './replay.ts';
import { readEnds, replay } from './replay.ts';
import { startOfRun } from './run-id.ts';

/**
 * `running`: no end record, its process is alive. `held`: a rolling run that stopped in order and can be resumed.
 * `interrupted`: no end record, and its process is dead or on another
 * machine (`problem` says which). `unreadable`: damaged, empty, or from a newer muster.
 */
export type RunState = 'finished' | 'running' | 'held' | 'interrupted' | 'unreadable';

/** One run in a list. `header` is absent only when the state is `unreadable`. */
export interface RunSummary {
  readonly id: string;
  readonly state: RunState;
  readonly startedAt: Date;
  readonly header?: HeaderRecord;
  readonly end?: FinishedRecord;
  /** Of the end record, else counted from the nodes' records. */
  readonly counts?: RunCounts;
  /** What is wrong with the record, one sentence. */
  readonly problem?: string;
}

/** One run, node by node. */
export interface RunRecord extends ReplayedRun {
  readonly id: string;
  readonly state: Exclude<RunState, 'unreadable'>;
  readonly startedAt: Date;
  readonly problem?: string;
}

/** What `verify` found. */
export interface RunVerification {
  readonly id: string;
  readonly path: string;
  readonly sound: boolean;
  /** Whole, checked records. */
  readonly records: number;
  /** The first fault; `line` 0 is the file as a whole. A torn tail is a fault that loses nothing but its own line. */
  readonly fault?: { readonly line: number; readonly what: string; readonly torn: boolean };
}

/** Where a reader stands: its folder of run files, and its machine. */
export interface ReaderPlace {
  readonly folder: string;
  /** This machine's name, to tell whether a run's process could be seen here. */
  readonly host: string;
}

/** Reads one run completely. Throws a JournalError naming file and line when it is damaged. */
export function showRun(place: ReaderPlace, id: string): RunRecord {
  const path = runPath(place, id);
  return viewRun(place.host, id, scanLines(readJournalFile(path)), path);
}

/** The same of records that were read elsewhere. @param path for messages */
export function viewRun(host: string, id: string, lines: ScannedLines, path: string): RunRecord {
  const run = replay(id, lines);
  if ('problem' in run) {
    const where = run.line === 0 ? path : `${path}:${run.line}`;
    throw new JournalError(`run ${id} cannot be read: ${where}: ${run.problem}`, {
      code: 'JOURNAL_DAMAGED',
      hint: 'The lines before it can be read with less; nothing after it can be trusted.',
    });
  }
  return view(host, id, run, lines);
}

/**
 * Reads one run for a list: every line is checked, but of a finished run only the ends are read.
 * Never throws for what is in the file: that is the run's `problem`.
 */
export function summarizeRun(place: ReaderPlace, id: string): RunSummary {
  let lines: ScannedLines;
  try {
    lines = scanLines(readJournalFile(runPath(place, id)));
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { id, state: 'unreadable', startedAt: startOfRun(id), problem: error.message };
  }
  return summarizeLines(place.host, id, lines);
}

/** The same of records that were read elsewhere. */
export function summarizeLines(host: string, id: string, lines: ScannedLines): RunSummary {
  const ends = readEnds(id, lines);
  const run =
    'header' in ends && ends.end !== undefined
      ? { ...ends, end: ends.end, nodes: [] as NodeRecord[] }
      : replay(id, lines);
  if ('problem' in run) {
    const problem = run.line === 0 ? run.problem : `line ${run.line}: ${run.problem}`;
    return { id, state: 'unreadable', startedAt: startOfRun(id), problem };
  }
  const { nodes, rolling: _, ...rest } = view(host, id, run, lines);
  return { ...rest, counts: run.end?.counts ?? countNodes(nodes) };
}

export function verifyRun(place: ReaderPlace, id: string): RunVerification {
  const path = runPath(place, id);
  return verifyLines(id, scanLines(readJournalFile(path)), path);
}

/** The same of records that were read elsewhere. @param path for messages */
export function verifyLines(id: string, lines: ScannedLines, path: string): RunVerification {
  const records = lines.bodies.length;
  const run = replay(id, lines);
  if ('problem' in run) {
    return { id, path, sound: false, records, fault: { line: run.line, what: run.problem, torn: false } };
  }
  if (lines.torn !== undefined) {
    const { line, what } = lines.torn;
    return { id, path, sound: false, records, fault: { line, what, torn: true } };
  }
  return { id, path, sound: true, records };
}

function runPath(place: ReaderPlace, id: string): string {
  return `${place.folder}/${id}${runSuffix}`;
}

function view(here: string, id: string, run: ReplayedRun, lines: ScannedLines): RunRecord {
  const base = { ...run, id, startedAt: new Date(run.header.at) };
  const torn = lines.torn === undefined ? '' : `; line ${lines.torn.line} is torn: ${lines.torn.what}`;
  if (run.end !== undefined) {
    return { ...base, state: 'finished', ...(torn === '' ? {} : { problem: torn.slice(2) }) };
  }
  const hold = run.rolling?.hold;
  if (hold !== undefined) return { ...base, state: 'held', problem: `held: ${hold.reason}${torn}` };
  const { host, process } = run.rolling?.resumed.at(-1) ?? run.header;
  if (host !== here) {
    const problem = `no end record; it ran on ${host} and may still run there${torn}`;
    return { ...base, state: 'interrupted', problem };
  }
  // A run in progress may be read in the middle of a write: its torn tail is no problem.
  if (isAlive(process)) return { ...base, state: 'running' };
  return { ...base, state: 'interrupted', problem: `interrupted: no end record${torn}` };
}

function countNodes(nodes: readonly NodeRecord[]): RunCounts {
  const failedByKind: Record<string, number> = {};
  let succeeded = 0;
  let failed = 0;
  for (const { state, outcome } of nodes) {
    if (state === 'succeeded') succeeded += 1;
    if (state !== 'failed') continue;
    failed += 1;
    if (outcome !== undefined) failedByKind[outcome.kind] = (failedByKind[outcome.kind] ?? 0) + 1;
  }
  return { succeeded, failed, failedByKind };
}

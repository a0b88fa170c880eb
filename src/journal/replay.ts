import type { NodeOutcome } from '../fanout/outcome.ts';
import { succeeded } from '../fanout/outcome.ts';
import type { ScannedLines } from './line-format.ts';
import type { FinishedRecord, HeaderRecord, Numbered, RunFileRecord } from './records.ts';
import { type RollingReplay, startRollingReplay } from './replay-rolling.ts';
import { rollingNodes } from './rolling-nodes.ts';
import { schemaVersion } from './records.ts';

/**
 * What is known of one node: `in-doubt` was started and has no result (the command may have run, it may still run),
 * `not-reached` was never started.
 */
export type NodeState = 'succeeded' | 'failed' | 'in-doubt' | 'not-reached';

export interface NodeRecord {
  readonly node: string;
  readonly state: NodeState;
  readonly outcome?: NodeOutcome;
  /** Of a rolling run: which step failed, and how. */
  readonly message?: string;
  readonly startedAt?: Date;
  readonly durationMs?: number;
  readonly bytes?: { readonly stdout: number; readonly stderr: number };
}

/** What a run file says, before anything outside the file is asked. */
export interface ReplayedRun {
  readonly header: HeaderRecord;
  /** In the order of execution. */
  readonly nodes: readonly NodeRecord[];
  /** Of a rolling run whose plan was written. */
  readonly rolling?: RollingReplay;
  readonly end?: FinishedRecord;
}

/** Why a run file cannot be read, one sentence without the file's name. */
export interface UnreadableRun {
  readonly problem: string;
  /** 0: the file as a whole. */
  readonly line: number;
}

/** Replays the records of the run named `id`. Pure: the same bytes give the same answer. */
export function replay(id: string, lines: ScannedLines): ReplayedRun | UnreadableRun {
  const ends = readEnds(id, lines);
  if ('problem' in ends) return ends;
  const { header, end } = ends;
  const nodes = new Map<string, NodeRecord>(
    header.nodeSet.nodes.map((node) => [node, { node, state: 'not-reached' }]),
  );
  const between = lines.bodies.length - (end === undefined ? 0 : 1);
  let rolling: ReturnType<typeof startRollingReplay> | undefined;
  for (let line = 2; line <= between; line += 1) {
    const record = readRecord(lines, line);
    if ('problem' in record) return record;
    if (record.type === 'started') {
      nodes.set(record.node, { node: record.node, state: 'in-doubt', startedAt: new Date(record.at) });
    } else if (record.type === 'ended') {
      const { type: _, n: __, outcome, ...report } = record;
      const state = succeeded(outcome) ? 'succeeded' : 'failed';
      nodes.set(record.node, { ...nodes.get(record.node), ...report, state, outcome });
    } else if (record.type === 'plan' && rolling === undefined) {
      rolling = startRollingReplay(record);
    } else if (rolling !== undefined && record.type !== 'run' && record.type !== 'finished') {
      rolling.add(record);
    } else {
      return { problem: `a record of type "${record.type}" in its place`, line };
    }
  }
  const replayed = rolling?.read();
  return {
    header,
    nodes: replayed === undefined ? [...nodes.values()] : rollingNodes(header.nodeSet.nodes, replayed),
    ...(replayed === undefined ? {} : { rolling: replayed }),
    ...(end === undefined ? {} : { end }),
  };
}

/** The header and, when the run was finished, its end: enough for a list, without reading what is between. */
export function readEnds(
  id: string,
  lines: ScannedLines,
): { readonly header: HeaderRecord; readonly end?: FinishedRecord } | UnreadableRun {
  const header = readHeader(id, lines);
  if ('problem' in header) return header;
  if (lines.damage !== undefined) return { problem: lines.damage.what, line: lines.damage.line };
  const misplaced = findMisplaced(lines);
  if (misplaced !== undefined) return misplaced;
  const last = readRecord(lines, lines.bodies.length);
  if ('problem' in last) return last;
  return last.type === 'finished' ? { header, end: last } : { header };
}

function readHeader(id: string, lines: ScannedLines): HeaderRecord | UnreadableRun {
  if (lines.bodies.length === 0) {
    const fault = lines.damage ?? lines.torn;
    const problem = fault === undefined ? 'empty file' : `first record: ${fault.what}`;
    return { problem, line: fault?.line ?? 0 };
  }
  const header = readRecord(lines, 1);
  if ('problem' in header) return header;
  if (header.type !== 'run' || typeof header.schema !== 'number') {
    return { problem: 'first record: not the header of a run', line: 1 };
  }
  if (header.schema > schemaVersion) {
    const format = `journal format ${header.schema}, this one reads up to ${schemaVersion}`;
    return { problem: `written by muster ${header.musterVersion} in ${format}`, line: 1 };
  }
  if (header.id !== id) return { problem: `holds run ${header.id}, not ${id}`, line: 1 };
  return header;
}

function readRecord(lines: ScannedLines, line: number): Numbered<RunFileRecord> | UnreadableRun {
  let record: Numbered<RunFileRecord> | null;
  try {
    record = JSON.parse(lines.bodies[line - 1]!.toString()) as Numbered<RunFileRecord> | null;
  } catch {
    return { problem: 'not JSON', line };
  }
  return record?.n === line ? record : { problem: 'not a numbered record', line };
}

/**
 * A line that was taken out, added or moved has a good checksum and the wrong number. The number comes first in a
 * record, so that looking at it does not take reading the record.
 */
function findMisplaced(lines: ScannedLines): UnreadableRun | undefined {
  for (const [index, body] of lines.bodies.entries()) {
    const line = index + 1;
    const number = /^{"n":(\d+)/.exec(body.toString('latin1', 0, 20))?.[1];
    if (number === String(line)) continue;
    return {
      problem: number === undefined ? 'not a numbered record' : `record ${number} in place of record ${line}`,
      line,
    };
  }
  return undefined;
}

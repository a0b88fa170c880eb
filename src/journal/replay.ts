import type { NodeOutcome } from '../fanout/outcome.ts';
import { succeeded } from '../fanout/outcome.ts';
import type { DecodedLines } from './line-format.ts';
import type { FinishedRecord, HeaderRecord, Numbered, RunFileRecord } from './records.ts';
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
  readonly startedAt?: Date;
  readonly durationMs?: number;
  readonly bytes?: { readonly stdout: number; readonly stderr: number };
}

/** What a run file says, before anything outside the file is asked. */
export interface ReplayedRun {
  readonly header: HeaderRecord;
  /** In the order of execution. */
  readonly nodes: readonly NodeRecord[];
  readonly end?: FinishedRecord;
}

/** Why a run file cannot be read, one sentence without the file's name. */
export interface UnreadableRun {
  readonly problem: string;
  /** 0: the file as a whole. */
  readonly line: number;
}

/** Replays the records of the run named `id`. Pure: the same bytes give the same answer. */
export function replay(id: string, lines: DecodedLines): ReplayedRun | UnreadableRun {
  const header = readHeader(id, lines);
  if ('problem' in header) return header;
  if (lines.damage !== undefined) return { problem: lines.damage.what, line: lines.damage.line };

  const nodes = new Map<string, NodeRecord>(
    header.nodeSet.nodes.map((node) => [node, { node, state: 'not-reached' }]),
  );
  let end: FinishedRecord | undefined;
  for (const [index, value] of lines.values.entries()) {
    const line = index + 1;
    const record = value as Numbered<RunFileRecord>;
    if (record.n !== line) return { problem: `record ${record.n} in place of record ${line}`, line };
    if (line === 1) continue;
    if (end !== undefined) return { problem: 'a record after the end record', line };
    if (record.type === 'finished') {
      end = record;
    } else if (record.type === 'started') {
      nodes.set(record.node, { node: record.node, state: 'in-doubt', startedAt: new Date(record.at) });
    } else if (record.type === 'ended') {
      nodes.set(record.node, {
        ...nodes.get(record.node),
        node: record.node,
        state: succeeded(record.outcome) ? 'succeeded' : 'failed',
        outcome: record.outcome,
        durationMs: record.durationMs,
        bytes: record.bytes,
      });
    } else {
      return { problem: `a record of type "${(value as { type?: string }).type}" in its place`, line };
    }
  }
  return { header, nodes: [...nodes.values()], ...(end === undefined ? {} : { end }) };
}

/** The first record, checked: present, of this run, of a format this muster reads. */
export function readHeader(id: string, lines: DecodedLines): HeaderRecord | UnreadableRun {
  const header = lines.values[0] as HeaderRecord | undefined;
  if (header === undefined) {
    const fault = lines.damage ?? lines.torn;
    const problem = fault === undefined ? 'empty file' : `first record: ${fault.what}`;
    return { problem, line: fault?.line ?? 0 };
  }
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

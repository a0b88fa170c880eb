import type { Numbered, RunFileRecord } from '../journal/records.ts';
import { outcomeText } from './outcome-text.ts';

/** One record of a run for people who watch it; undefined for what says nothing new to them. */
export function recordLine(run: string, record: Numbered<RunFileRecord>): string | undefined {
  const text = recordText(record);
  return text === undefined ? undefined : `${run}  ${text}`;
}

function recordText(record: RunFileRecord): string | undefined {
  switch (record.type) {
    case 'run':
      return `${record.operator.user} on ${record.host}: ${record.command} (${record.nodeSet.folded})`;
    case 'started':
      return `${record.node}: started`;
    case 'ended':
      return `${record.node}: ${outcomeText(record.outcome) ?? 'ok'} (${seconds(record.durationMs)})`;
    case 'finished':
      return `finished, exit status ${record.exitCode}: ${record.counts.succeeded} ok, ${record.counts.failed} failed`;
    case 'intent':
      return `${record.node}: ${record.undo ? 'taking back: ' : ''}${record.title}`;
    case 'result': {
      const why = record.message === undefined ? '' : `: ${record.message}`;
      return `${record.node}: ${record.step} ${record.result}${why} (${seconds(record.durationMs)})`;
    }
    case 'stage':
      return `${record.node}: ${record.state} (${seconds(record.durationMs)})`;
    case 'hold':
      return `held: ${record.reason}`;
    case 'resumed':
      return `resumed by ${record.operator.user} on ${record.host}`;
    default:
      return undefined;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

import { ExitCode } from '../errors.ts';
import type { NodeReport } from '../fanout/observer.ts';
import { succeeded, type NodeOutcome } from '../fanout/outcome.ts';

export interface ExitStatusOptions {
  /** -S: the largest exit code of the nodes is the status. */
  readonly maxRc: boolean;
}

/**
 * The status of a run: 0 all succeeded, 1 some node failed, 5 the state of some node is unknown.
 * With -S the largest remote exit code, where everything that is not an exit code counts 255, as for clush.
 */
export function exitStatus(reports: readonly NodeReport[], options: ExitStatusOptions): number {
  if (options.maxRc) return Math.max(0, ...reports.map(({ outcome }) => outcomeCode(outcome)));
  if (reports.some(({ outcome }) => outcome.kind === 'unknown')) return ExitCode.unknownState;
  return reports.every(({ outcome }) => succeeded(outcome)) ? ExitCode.ok : ExitCode.nodesFailed;
}

/** clush's number for an outcome: the exit code, 255 for what never had one. */
export function outcomeCode(outcome: NodeOutcome): number {
  return outcome.kind === 'finished' ? (outcome.code ?? 255) : 255;
}

/** Something worth knowing about a node. `kind` decides the exit status and what the filters show. */
export interface Finding {
  readonly kind: FindingKind;
  /** What it is about: `postgresql`, `patroni`, `libssl3`, `kernel`, … */
  readonly subject: string;
  /** For people, without the node's name. */
  readonly text: string;
}

/**
 * `behind`: something newer exists; `restart`: something newer is installed and waits for a restart; `drift`: differs
 * where it should not; `eol`: no longer supported; `note`: worth knowing, without consequence for the exit status.
 */
export type FindingKind = 'behind' | 'restart' | 'drift' | 'eol' | 'note';

/** Members of a cluster that differ in something. */
export interface ClusterDrift {
  readonly cluster: string;
  /** `running`, `patroni`, `shared_preload_libraries`, `libc6`, … */
  readonly subject: string;
  /** The values and the nodes that have them; null: absent. The most common one first. */
  readonly values: readonly { readonly value: string | null; readonly nodes: readonly string[] }[];
  readonly finding: Finding;
}

/** Exit statuses of `versions`, see docs/scripting.md. */
export const VersionsExit = { behind: 10, drift: 11, eol: 12 } as const;

const statuses: Readonly<Record<FindingKind, number>> = {
  behind: VersionsExit.behind,
  restart: VersionsExit.behind,
  drift: VersionsExit.drift,
  eol: VersionsExit.eol,
  note: 0,
};

/** The largest status that applies; 0: nothing to do. */
export function findingsStatus(findings: Iterable<Finding>): number {
  let status = 0;
  for (const { kind } of findings) status = Math.max(status, statuses[kind]);
  return status;
}

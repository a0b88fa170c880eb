import type { Audit } from './audit-types.ts';
import type { ClusterDrift, Finding } from './findings.ts';
import type { NodeFacts } from './facts.ts';
import type { ReleaseData } from './release-data.ts';

/** What `--json` prints and snapshots hold; docs/schemas/versions.json describes it. */
export interface AuditDocument {
  readonly version: 1;
  /** When it was asked, ISO 8601. */
  readonly at: string;
  /** The day the release data is of. */
  readonly releaseData: string;
  readonly nodes: readonly NodeDocument[];
  readonly servers: readonly ServerDocument[];
  readonly drift: readonly ClusterDrift[];
}

export interface NodeDocument {
  readonly node: string;
  readonly facts: NodeFacts | null;
  readonly failure: string | null;
}

/** One row of the audit. */
export interface ServerDocument {
  readonly node: string;
  readonly cluster: string | null;
  readonly port: number | null;
  readonly running: string | null;
  readonly installed: string | null;
  readonly candidate: string | null;
  readonly latest: string | null;
  readonly patroni: string | null;
  readonly findings: readonly Finding[];
}

export function auditDocument(audit: Audit, data: ReleaseData, at: Date): AuditDocument {
  const nodes = new Map<string, NodeDocument>();
  for (const { node, facts } of audit.rows) nodes.set(node, { node, facts, failure: null });
  return {
    version: 1,
    at: at.toISOString(),
    releaseData: data.asOf,
    nodes: [...nodes.values(), ...audit.unanswered],
    servers: audit.rows.map(
      ({ node, cluster, instance, running, installed, candidate, latest, patroni, findings }) => ({
        node,
        cluster,
        port: instance?.port ?? null,
        running,
        installed,
        candidate,
        latest,
        patroni: patroni?.running ?? null,
        findings,
      }),
    ),
    drift: audit.drift,
  };
}

import type { InstanceFacts, NodeFacts, PatroniFacts } from './facts.ts';
import type { ClusterDrift, Finding } from './findings.ts';

/** A node's answer, or why there is none. */
export interface NodeAnswer {
  readonly node: string;
  readonly facts: NodeFacts | null;
  /** Set when there are no facts: `connection refused (10.0.0.7:22)`. */
  readonly failure: string | null;
}

/** One line of the audit: a PostgreSQL server, or a node without one. */
export interface AuditRow {
  readonly node: string;
  readonly cluster: string | null;
  readonly instance: InstanceFacts | null;
  readonly patroni: PatroniFacts | null;
  readonly facts: NodeFacts;
  /** Versions for people; null: not known or not there. */
  readonly running: string | null;
  readonly installed: string | null;
  readonly candidate: string | null;
  readonly latest: string | null;
  readonly findings: readonly Finding[];
}

export interface Audit {
  readonly rows: readonly AuditRow[];
  readonly drift: readonly ClusterDrift[];
  readonly unanswered: readonly NodeAnswer[];
}

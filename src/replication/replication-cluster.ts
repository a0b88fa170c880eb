import type { Cluster } from '../patroni/cluster.ts';

/** What only a server without Patroni has to say. */
export interface PlainServer {
  /** What restarts it: `postgresql@15-main.service`; null: systemd does not run it. */
  readonly unit: string | null;
  readonly log: string | null;
  /** The node it streams from; null of a primary, and where that is not known. */
  readonly upstream: string | null;
  readonly watchers: readonly string[];
}

/**
 * Servers that stream from each other without Patroni, in the shape of a Patroni cluster: what judges, orders and checks
 * clusters judges, orders and checks these. Members are named by their nodes; `checks` are what Patroni would answer.
 */
export interface ReplicationCluster extends Cluster {
  /** By node; of those that answered. */
  readonly servers: Readonly<Record<string, PlainServer>>;
  /** Standbys and primaries that are not among the nodes: sentence fragments. */
  readonly strangers: readonly string[];
  /** How many standbys each commit waits for; 0: none. */
  readonly commitsWaitFor: number;
}

export function isReplication(cluster: Cluster): cluster is ReplicationCluster {
  return 'servers' in cluster;
}

/** How many servers are between a node and its primary; 0 of the primary. */
export function depthOf(node: string, { servers }: ReplicationCluster): number {
  let depth = 0;
  let at: string | null = node;
  while ((at = servers[at]?.upstream ?? null) !== null && depth < 100) depth += 1;
  return depth;
}

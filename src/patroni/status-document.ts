import type { Cluster, Clusters } from './cluster.ts';
import { type Concern, judgeCluster } from './health.ts';

/** What `cluster status --json` prints; docs/cluster.md describes it. */
export interface StatusDocument {
  readonly version: 1;
  readonly at: string;
  readonly healthy: boolean;
  readonly clusters: readonly (Cluster & { readonly concerns: readonly Concern[] })[];
  readonly others: Clusters['others'];
}

export function statusDocument(found: Clusters, maxLag: number, at: Date): StatusDocument {
  const clusters = found.clusters.map((cluster) => ({ ...cluster, concerns: judgeCluster(cluster, maxLag) }));
  return {
    version: 1,
    at: at.toISOString(),
    healthy: isHealthy(found, maxLag),
    clusters,
    others: found.others,
  };
}

/** Every cluster has nothing wrong, and every node that has a Patroni answered. */
export function isHealthy({ clusters, others }: Clusters, maxLag: number): boolean {
  if (clusters.length === 0 || others.some(({ absent }) => !absent)) return false;
  return clusters.every((cluster) => judgeCluster(cluster, maxLag).every(({ level }) => level !== 'error'));
}

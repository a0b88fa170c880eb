import { candidatesOf, findMember } from '../patroni/candidate.ts';
import type { Cluster, ClusterMember } from '../patroni/cluster.ts';
import { depthOf, isReplication } from '../replication/replication-cluster.ts';
import { nodeOf } from './members.ts';

export interface ClusterOrder {
  readonly replicas: readonly string[];
  readonly candidate: string | null;
}

/**
 * Replicas that never lead come first, a canary; then asynchronous ones, then synchronous ones, the candidate last: it must
 * be the freshest and run the target. A new minor reads the WAL of the one before, not surely the other way round.
 * Standbys of standbys come before those they stream from.
 * @param holders nodes with a virtual address: after the others, before the candidate
 */
export function orderCluster(
  cluster: Cluster,
  maxLag: number,
  wanted: string | undefined,
  holders: ReadonlySet<string> = new Set(),
): ClusterOrder {
  const replicas = cluster.members.filter((member) => member !== cluster.leader);
  const named = wanted === undefined ? undefined : findMember(cluster, wanted);
  const candidate =
    named !== undefined && named !== cluster.leader ? named : candidatesOf(cluster, maxLag)[0];
  const rank = (member: ClusterMember): number => {
    if (member === candidate) return 4;
    if (holders.has(nodeOf(member))) return 3;
    if (member.facts?.tags['nofailover'] === true) return 0;
    return member.role === 'replica' ? 1 : 2;
  };
  const depth = (member: ClusterMember) => (isReplication(cluster) ? depthOf(member.name, cluster) : 0);
  return {
    replicas: replicas.toSorted((a, b) => depth(b) - depth(a) || rank(a) - rank(b)).map(nodeOf),
    candidate: candidate === undefined ? null : nodeOf(candidate),
  };
}

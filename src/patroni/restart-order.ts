import type { Candidate } from './candidate.ts';
import type { Cluster, ClusterMember } from './cluster.ts';

/** A standby refuses to run with less of these than its primary had (hot standby, PostgreSQL's documentation). */
const primaryFirst: ReadonlySet<string> = new Set([
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
]);

/** Settings that wait for a restart and become smaller, so that the primary must be restarted first. */
export function shrinkingSettings(cluster: Cluster): string[] {
  const reasons = cluster.members.flatMap(({ facts }) => facts?.pendingReasons ?? []);
  const names = reasons
    .filter(({ name, from, to }) => primaryFirst.has(name) && Number(to) < Number(from))
    .map(({ name }) => name);
  return [...new Set(names)];
}

/** Members in the order to restart them: replicas, then the leader; the leader first where a setting shrinks. */
export function restartOrder(
  cluster: Cluster,
  { pending, replicasOnly }: { readonly pending: boolean; readonly replicasOnly: boolean },
): Candidate[] {
  const wanted = cluster.members.filter(
    (member): member is Candidate =>
      member.node !== null && member.facts !== null && (!pending || waitsForRestart(member)),
  );
  const leaders = replicasOnly ? [] : wanted.filter((member) => member === cluster.leader);
  const replicas = wanted.filter((member) => member !== cluster.leader);
  return shrinkingSettings(cluster).length > 0 ? [...leaders, ...replicas] : [...replicas, ...leaders];
}

function waitsForRestart({ facts }: ClusterMember): boolean {
  return facts?.pendingRestart === true || facts?.replaced === true;
}

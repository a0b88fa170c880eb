import type { Cluster, ClusterMember } from './cluster.ts';
import { bytes } from './health.ts';

/** A member that leadership can go to: it has a node and facts. */
export type Candidate = ClusterMember & {
  readonly node: string;
  readonly facts: NonNullable<ClusterMember['facts']>;
};

/** Why a member cannot lead next, a few words; undefined: it can. */
export function whyNotCandidate(member: ClusterMember, cluster: Cluster, maxLag: number): string | undefined {
  const { facts } = member;
  if (member === cluster.leader) return 'leads already';
  if (facts === null || member.node === null) return 'was not asked or does not answer';
  if (facts.tags['nofailover'] === true) return 'has the tag nofailover';
  if (facts.tags['failover_priority'] === 0) return 'has failover_priority 0';
  if (facts.state !== 'running') return `is ${facts.state}`;
  if (facts.watchdogFailed) return 'has no watchdog';
  if (!member.streaming) return 'does not stream';
  if (facts.server?.replayPaused === true) return 'has its replay paused';
  // Patroni's own limit counts too; its default is 1 MB (docs/dynamic_configuration.rst).
  const limit = Math.min(maxLag, Number(facts.config?.['maximum_lag_on_failover'] ?? 1_048_576));
  if (member.lag !== null && member.lag > limit)
    return `lags by ${bytes(member.lag)}, more than ${bytes(limit)}`;
  if (cluster.timeline !== null && member.timeline !== null && member.timeline !== cluster.timeline) {
    return `is on timeline ${member.timeline}`;
  }
  const synchronous = cluster.members.some(
    ({ role }) => role === 'sync_standby' || role === 'quorum_standby',
  );
  const isSync = member.role === 'sync_standby' || member.role === 'quorum_standby';
  return cluster.synchronous.on && synchronous && !isSync ? 'is not the synchronous standby' : undefined;
}

/** Members that can lead next, the best first: synchronous ones, then the least behind, then by name. */
export function candidatesOf(cluster: Cluster, maxLag: number): Candidate[] {
  return cluster.members
    .filter((member): member is Candidate => whyNotCandidate(member, cluster, maxLag) === undefined)
    .toSorted((a, b) => (a.lag ?? 0) - (b.lag ?? 0) || a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** The member a user means by its name or its node. */
export function findMember(cluster: Cluster, name: string): ClusterMember | undefined {
  return cluster.members.find((member) => member.node === name || member.name === name);
}

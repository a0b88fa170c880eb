import type { Cluster, ClusterMember, Clusters } from './cluster.ts';
import { bytes, judgeCluster } from './health.ts';
import type { NotMember } from './read-member.ts';

type Fold = (names: readonly string[]) => string;

export interface StatusTable {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One row a cluster, members folded: `pg69  node1  node[2-3]  …  ok`; nodes that are no member, by reason, below. */
export function clusterTable({ clusters, others }: Clusters, maxLag: number, fold: Fold): StatusTable {
  return {
    headers: ['cluster', 'leader', 'replicas', 'sync', 'lag', 'timeline', 'postgresql', 'patroni', 'state'],
    rows: [
      ...clusters.map((cluster) => clusterRow(cluster, maxLag, fold)),
      ...otherRows(others, fold).map(([nodes, why]) => ['-', '', nodes, '', '', '', '', '', why]),
    ],
  };
}

function clusterRow(cluster: Cluster, maxLag: number, fold: Fold): string[] {
  const { leader, members } = cluster;
  const followers = members.filter((member) => member !== leader);
  const concerns = judgeCluster(cluster, maxLag).map(({ text }) => text);
  return [
    cluster.name,
    leader === null ? 'none' : shown(leader),
    fold(followers.map(shown)),
    fold(followers.filter(({ role }) => role === 'sync_standby' || role === 'quorum_standby').map(shown)),
    lagText(followers.flatMap(({ lag }) => lag ?? [])),
    cluster.timeline?.toString() ?? '?',
    versions(members, (member) => member.facts?.serverVersion, fold),
    versions(members, (member) => member.facts?.patroniVersion, fold),
    concerns.length === 0 ? 'ok' : concerns.join('\n'),
  ];
}

/** One row a member. */
export function memberTable({ clusters, others }: Clusters, maxLag: number, fold: Fold): StatusTable {
  return {
    headers: ['cluster', 'member', 'role', 'state', 'lag', 'timeline', 'postgresql', 'patroni', 'concerns'],
    rows: [
      ...clusters.flatMap((cluster) => cluster.members.map((member) => memberRow(cluster, member, maxLag))),
      ...otherRows(others, fold).map(([nodes, why]) => ['-', nodes, '', '', '', '', '', '', why]),
    ],
  };
}

function memberRow(cluster: Cluster, member: ClusterMember, maxLag: number): string[] {
  const { facts, seen } = member;
  const leads = member.role === 'leader' || member.role === 'standby_leader';
  const own = judgeCluster(cluster, maxLag).filter(({ text }) => text.startsWith(`${member.name} `));
  return [
    cluster.name,
    shown(member),
    member.role,
    member.streaming ? 'streaming' : (facts?.state ?? seen?.state ?? 'unknown'),
    leads ? '' : member.lag === null ? '?' : bytes(member.lag),
    member.timeline?.toString() ?? '?',
    facts?.serverVersion ?? '?',
    facts?.patroniVersion ?? '?',
    own.map(({ text }) => text.slice(member.name.length + 1)).join('\n'),
  ];
}

function otherRows(others: readonly NotMember[], fold: Fold): [string, string][] {
  return [...Map.groupBy(others, ({ why }) => why)].map(([why, some]) => [
    fold(some.map(({ node }) => node)),
    why,
  ]);
}

function shown({ node, name }: ClusterMember): string {
  return node ?? name;
}

function lagText(lags: readonly number[]): string {
  return lags.length === 0 ? '' : bytes(Math.max(...lags));
}

/** `15.20`, or where members differ `15.18 node1; 15.20 node[2-3]`. */
function versions(
  members: readonly ClusterMember[],
  of: (member: ClusterMember) => string | null | undefined,
  fold: Fold,
): string {
  const known = members.filter((member) => of(member) != null);
  const groups = [...Map.groupBy(known, (member) => of(member)!)];
  if (groups.length === 1) return groups[0]![0];
  return groups.map(([version, some]) => `${version} ${fold(some.map(shown))}`).join('\n');
}

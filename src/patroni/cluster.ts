import type { MemberFacts, SeenMember } from './member.ts';
import type { Members } from './collect.ts';
import type { NotMember } from './read-member.ts';

/** A member of a cluster: what it says of itself, and how its leader sees it. */
export interface ClusterMember {
  readonly name: string;
  /** The node it is, when it was among those asked. */
  readonly node: string | null;
  readonly facts: MemberFacts | null;
  readonly seen: SeenMember | null;
  readonly role: 'leader' | 'standby_leader' | 'sync_standby' | 'quorum_standby' | 'replica' | 'unknown';
  /** Streams from somebody, by the word of both ends where both could be asked. */
  readonly streaming: boolean;
  /** Bytes its replay is behind, by SQL on the leader, else as Patroni says; null: not known, and of leaders. */
  readonly lag: number | null;
  readonly timeline: number | null;
}

/** One Patroni cluster, put together from what its members say. */
export interface Cluster {
  /** Patroni's scope; with the end of the system identifier where clusters share one: `main/3f0a`. */
  readonly name: string;
  readonly scope: string;
  readonly members: readonly ClusterMember[];
  readonly leader: ClusterMember | null;
  /** Nodes asked that are its members, in the order asked. */
  readonly nodes: readonly string[];
  readonly paused: boolean;
  readonly scheduledSwitchover: { readonly at: string | null } | null;
  readonly synchronous: { readonly on: boolean; readonly strict: boolean; readonly nodeCount: number };
  readonly timeline: number | null;
}

export interface Clusters {
  readonly clusters: readonly Cluster[];
  readonly others: readonly NotMember[];
}

/** Clusters as their own members describe them, ordered by name. */
export function findClusters({ members, others }: Members): Clusters {
  const byIdentity = Map.groupBy(members, (facts) => identityOf(facts, members));
  const scopes = Map.groupBy(byIdentity.values(), (group) => group[0]!.scope);
  const clusters = [...byIdentity.values()].map((group) => {
    const { scope, systemIdentifier } = group[0]!;
    const shared = scopes.get(scope)!.length > 1;
    return makeCluster(shared ? `${scope}/${(systemIdentifier ?? '').slice(-4)}` : scope, group);
  });
  return { clusters: clusters.toSorted((a, b) => compareNames(a.name, b.name)), others };
}

/**
 * Members of one cluster have one scope and one system identifier. One that has no data yet has none: it belongs where its
 * name is known.
 */
function identityOf(facts: MemberFacts, all: readonly MemberFacts[]): string {
  const { scope, systemIdentifier } = facts;
  if (systemIdentifier !== null) return `${scope} ${systemIdentifier}`;
  const host = all.find(
    (other) =>
      other.scope === scope &&
      other.systemIdentifier !== null &&
      other.cluster?.members.some(({ name }) => name === nameOf(facts)) === true,
  );
  return `${scope} ${host?.systemIdentifier ?? ''}`;
}

function makeCluster(name: string, group: readonly MemberFacts[]): Cluster {
  // The leader's own view is the newest; any other is better than none.
  const views = [...group].sort((a, b) => rank(a) - rank(b)).flatMap(({ cluster }) => cluster ?? []);
  const seen = views[0]?.members ?? [];
  const names = [...new Set([...seen.map((one) => one.name), ...group.map(nameOf)])].sort(compareNames);
  const factsOf = new Map(group.map((facts) => [nameOf(facts), facts]));
  const standbys = group.flatMap(({ server }) => server?.standbys ?? []);
  const members = names.map((one): ClusterMember => {
    const facts = factsOf.get(one) ?? null;
    const view = seen.find((member) => member.name === one) ?? null;
    const role = roleOf(view, facts);
    const row = standbys.find((standby) => standby.name === one);
    const leads = role === 'leader' || role === 'standby_leader';
    return {
      name: one,
      node: facts?.node ?? null,
      facts,
      seen: view,
      role,
      streaming: !leads && streams(facts, view, row?.state),
      lag: leads ? null : (row?.lag ?? view?.lag ?? null),
      timeline: facts?.timeline ?? view?.timeline ?? null,
    };
  });
  const leaders = members.filter(({ role }) => role === 'leader' || role === 'standby_leader');
  const leader = leaders.length === 1 ? leaders[0]! : null;
  const config = group.find((facts) => facts.config !== null)?.config ?? {};
  return {
    name,
    scope: group[0]!.scope,
    members,
    leader,
    nodes: group.map(({ node }) => node),
    paused: group.some(({ paused }) => paused),
    scheduledSwitchover: views.find((view) => view.scheduledSwitchover !== null)?.scheduledSwitchover ?? null,
    synchronous: {
      on: config['synchronous_mode'] === true || config['synchronous_mode'] === 'quorum',
      strict: config['synchronous_mode_strict'] === true,
      nodeCount: Number(config['synchronous_node_count'] ?? 1),
    },
    timeline: leader?.timeline ?? null,
  };
}

/** Before 3.2 Patroni does not say its name; then its configuration does, else the address in the cluster's view. */
function nameOf(facts: MemberFacts): string {
  return facts.name ?? facts.node;
}

function rank({ role, checks }: MemberFacts): number {
  return checks.primary === 200 ? 0 : role === 'replica' ? 2 : 1;
}

function roleOf(view: SeenMember | null, facts: MemberFacts | null): ClusterMember['role'] {
  const role = view?.role;
  if (role === 'leader' || role === 'standby_leader' || role === 'sync_standby' || role === 'quorum_standby')
    return role;
  if (role === 'replica') return role;
  return facts?.role === 'primary' ? 'leader' : (facts?.role ?? 'unknown');
}

function streams(facts: MemberFacts | null, view: SeenMember | null, row: string | undefined): boolean {
  if (row !== undefined && row !== 'streaming') return false;
  if (facts?.server) return facts.server.receiver?.status === 'streaming';
  return row === 'streaming' || view?.state === 'streaming' || view?.state === 'running';
}

/** `node2` before `node10`. */
function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

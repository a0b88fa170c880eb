import type { ClusterMember } from '../patroni/cluster.ts';
import type { MemberFacts } from '../patroni/member.ts';
import { foldNodeSet } from '../nodeset/fold.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import { pgVersionOfNumber } from '../versions/pg-version.ts';
import { isSilent, type ServerAnswer, type SilentNode } from './ask-server.ts';
import type { StandbyRow } from './facts-sql.ts';
import type { PlainServer, ReplicationCluster } from './replication-cluster.ts';

/** A walsender's row, and the node that has it. */
interface Link {
  readonly upstream: string;
  readonly row: StandbyRow;
}

/** Puts a cluster together from what its nodes say. Nodes that are silent are members that nobody knows anything of. */
export function makeReplicationCluster(answers: readonly (ServerAnswer | SilentNode)[]): ReplicationCluster {
  const servers = answers.filter((answer): answer is ServerAnswer => !isSilent(answer));
  const links = findLinks(servers);
  const primaries = servers.filter(({ facts }) => facts?.inRecovery === false);
  const leader = primaries.length === 1 ? primaries[0]! : null;
  const wanted = waitedFor(leader?.facts?.synchronousNames ?? '');
  const members = answers.map((answer) =>
    isSilent(answer) ? silentMember(answer) : memberOf(answer, links, leader),
  );
  const nodes = answers.map(({ node }) => node);
  const name = foldNodeSet(NodeSet.of(nodes));
  return {
    name,
    scope: name,
    members: members.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    leader: members.find((member) => member.role === 'leader' && member.node === leader?.node) ?? null,
    nodes,
    paused: false,
    scheduledSwitchover: null,
    // Without Patroni nothing lets commits go on when the standbys they wait for are away.
    synchronous: { on: wanted > 0, strict: wanted > 0, nodeCount: Math.max(1, wanted) },
    timeline: leader?.facts?.timeline ?? null,
    servers: Object.fromEntries(
      servers.map(({ node, unit, log, watchers }): [string, PlainServer] => [
        node,
        { unit, log, watchers, upstream: links.get(node)?.upstream ?? null },
      ]),
    ),
    strangers: strangersOf(servers, links),
    commitsWaitFor: wanted,
  };
}

/** Standbys by their nodes: a walsender names an address, a slot and an application. */
function findLinks(servers: readonly ServerAnswer[]): Map<string, Link> {
  const links = new Map<string, Link>();
  for (const { node: upstream, facts } of servers) {
    for (const row of facts?.standbys ?? []) {
      const standby = nodeOfRow(row, upstream, servers);
      if (standby !== undefined) links.set(standby, { upstream, row });
    }
  }
  return links;
}

function nodeOfRow(row: StandbyRow, upstream: string, servers: readonly ServerAnswer[]): string | undefined {
  const others = servers.filter(({ node, facts }) => node !== upstream && facts?.inRecovery === true);
  const found =
    others.find(({ addresses }) => row.address !== null && addresses.includes(row.address)) ??
    others.find(({ facts }) => row.slot !== null && facts!.receiver?.slot === row.slot) ??
    others.find(({ node }) => node === row.name);
  return found?.node;
}

/** `ANY 2 (a, b, c)`, `FIRST 1 (*)`, `2 (a, b)`, `a, b` (one of them). */
function waitedFor(names: string): number {
  if (names.trim() === '') return 0;
  const count = /^\s*(?:FIRST\s+|ANY\s+)?(\d+)\s*\(/i.exec(names)?.[1];
  return count === undefined ? 1 : Number(count);
}

function strangersOf(servers: readonly ServerAnswer[], links: ReadonlyMap<string, Link>): string[] {
  const found: string[] = [];
  const known = new Set([...links.values()].map(({ row }) => row));
  for (const { node, facts } of servers) {
    for (const row of facts?.standbys ?? [])
      if (!known.has(row))
        found.push(`${row.name} (${row.address ?? 'a local socket'}) streams from ${node}`);
    if (facts?.receiver?.status === 'streaming' && !links.has(node))
      found.push(`${node} streams from ${facts.receiver.host ?? 'somebody'}`);
  }
  return found;
}

function silentMember({ node }: SilentNode): ClusterMember {
  return {
    name: node,
    node,
    facts: null,
    seen: null,
    role: 'unknown',
    streaming: false,
    lag: null,
    timeline: null,
  };
}

function memberOf(
  server: ServerAnswer,
  links: ReadonlyMap<string, Link>,
  leader: ServerAnswer | null,
): ClusterMember {
  const { node, facts } = server;
  const link = links.get(node);
  const timeline = facts?.timeline ?? null;
  const role = roleOf(server, link);
  const own = factsOf(server);
  return {
    name: node,
    node,
    facts: own,
    seen: {
      name: node,
      role,
      state: own.state,
      host:
        link?.row.address ?? (server === leader ? addressOf(server) : null) ?? server.addresses[0] ?? null,
      port: null,
      timeline,
      lag: null,
      tags: {},
      pendingRestart: own.pendingRestart,
    },
    role,
    streaming:
      facts?.receiver?.status === 'streaming' && (link === undefined || link.row.state === 'streaming'),
    lag: role === 'leader' ? null : lagOf(node, links),
    timeline,
  };
}

/** Of the name a standby was given for its primary, if that is an address. */
function addressOf({ addresses }: ServerAnswer): string | null {
  return addresses.find((address) => /^[\d.]+$/.test(address)) ?? null;
}

/** What it is behind the primary: a cascading standby's own lag comes on top of its upstream's. */
function lagOf(node: string, links: ReadonlyMap<string, Link>): number | null {
  let lag: number | null = null;
  let at = links.get(node);
  for (let depth = 0; at !== undefined && depth < 100; depth += 1) {
    if (at.row.lag === null) return null;
    lag = (lag ?? 0) + at.row.lag;
    at = links.get(at.upstream);
  }
  return lag;
}

function roleOf({ facts }: ServerAnswer, link: Link | undefined): ClusterMember['role'] {
  if (facts === null) return 'unknown';
  if (!facts.inRecovery) return 'leader';
  if (link?.row.syncState === 'sync') return 'sync_standby';
  return link?.row.syncState === 'quorum' ? 'quorum_standby' : 'replica';
}

function factsOf({ node, facts, why, installed, replaced, now }: ServerAnswer): MemberFacts {
  const takesWrites = facts?.inRecovery === false ? 200 : 503;
  const reads = facts?.inRecovery === true ? 200 : 503;
  return {
    node,
    scope: '',
    name: node,
    role: facts === null ? null : facts.inRecovery ? 'replica' : 'primary',
    state: facts === null ? 'stopped' : 'running',
    patroniVersion: null,
    patroniInstalled: null,
    patroniIsCurrent: true,
    patroniUnit: null,
    serverVersion: facts === null ? null : pgVersionOfNumber(facts.version),
    serverInstalled: installed,
    replaced,
    startedAt: facts === null ? null : new Date(facts.startedAt * 1000).toISOString(),
    timeline: facts?.timeline ?? null,
    systemIdentifier: facts?.systemIdentifier ?? null,
    pendingRestart: (facts?.pending.length ?? 0) > 0,
    pendingReasons: (facts?.pending ?? []).flatMap(({ name, from, to }) =>
      to === null ? [] : [{ name, from, to }],
    ),
    tags: {},
    paused: false,
    unlocked: false,
    failsafe: false,
    storeAge: null,
    scheduledRestart: false,
    watchdogFailed: false,
    cluster: null,
    config: null,
    checks: { primary: takesWrites, replica: reads, readOnly: facts === null ? 503 : 200 },
    server:
      facts === null
        ? null
        : {
            inRecovery: facts.inRecovery,
            version: pgVersionOfNumber(facts.version),
            startedAt: facts.startedAt,
            replayPaused: facts.replayPaused,
            receiver: facts.receiver,
            standbys: facts.standbys,
          },
    problems: why === null ? [] : [why],
    now,
  };
}

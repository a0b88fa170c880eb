import { askMember, type Question } from './ask-member.ts';
import { collectMembers } from './collect.ts';
import { type Cluster, type ClusterMember, findClusters } from './cluster.ts';
import { serverFactsSql } from './facts-sql.ts';
import { judgeCluster } from './health.ts';
import { poll } from './poll.ts';
import { readServer } from './read-member.ts';
import type { SwitchoverTools } from './switchover.ts';

/** Asks some nodes of one cluster; undefined while they do not make one. */
export async function askCluster(
  nodes: readonly string[],
  { executor, signal }: Pick<SwitchoverTools, 'executor' | 'signal'>,
): Promise<Cluster | undefined> {
  const { clusters } = findClusters(
    await collectMembers(nodes, { executor, signal, fanout: nodes.length, timeoutMs: 30_000 }),
  );
  return clusters.length === 1 ? clusters[0] : undefined;
}

export interface HealthyPatience {
  readonly maxLag: number;
  readonly timeoutMs: number;
  /** So many looks in a row it must be so. */
  readonly samples: number;
  readonly everyMs?: number;
}

/** How a cluster is looked at, by what manages it. */
export interface ClusterView {
  /** All nodes; undefined while they do not make a cluster. */
  readonly ask: (
    nodes: readonly string[],
    tools: Pick<SwitchoverTools, 'executor' | 'signal'>,
  ) => Promise<Cluster | undefined>;
  /** A cheaper look after one that was good: the leader leads on, and a member streams from it closely. */
  readonly isFollowed?: (
    leader: string,
    name: string,
    maxLag: number,
    tools: SwitchoverTools,
  ) => Promise<boolean>;
}

/**
 * Waits until a member is as it should be in its cluster: a leader that takes writes, or a replica that streams closely
 * on the leader's timeline. The first look is at all members, the next ones only at the leader, as long as it is content.
 * @returns undefined when it is, else why not, a few words
 */
export async function waitForMember(
  node: string,
  nodes: readonly string[],
  patience: HealthyPatience,
  tools: SwitchoverTools,
  view: ClusterView = patroniView,
): Promise<string | undefined> {
  let passed = 0;
  let why = 'not looked at';
  let leader: ClusterMember | null = null;
  let name = '';
  const end = await poll(
    async () => {
      if (
        passed > 0 &&
        leader?.node &&
        (await view.isFollowed?.(leader.node, name, patience.maxLag, tools))
      ) {
        passed += 1;
        return passed >= patience.samples ? {} : undefined;
      }
      const cluster = await view.ask(nodes, tools);
      const found =
        cluster === undefined ? 'its cluster does not answer' : memberConcern(node, cluster, patience.maxLag);
      passed = found === undefined ? passed + 1 : 0;
      leader = cluster?.leader ?? null;
      name = cluster?.members.find((one) => one.node === node)?.name ?? '';
      if (found !== undefined) {
        why = found;
        tools.note(found);
      }
      return passed >= patience.samples ? {} : undefined;
    },
    { everyMs: patience.everyMs ?? 2000, timeoutMs: patience.timeoutMs, signal: tools.signal },
  );
  if (end === 'aborted') return 'interrupted';
  return end === 'timeout' ? why : undefined;
}

const followedQuestions: readonly Question[] = [
  { ask: 'rest', method: 'OPTIONS', path: '/primary' },
  { ask: 'sql', text: serverFactsSql },
];

async function isFollowed(
  leader: string,
  name: string,
  maxLag: number,
  { executor, signal }: SwitchoverTools,
): Promise<boolean> {
  const answer = await askMember(executor, leader, followedQuestions, signal, 30_000);
  if (answer.kind === 'silent') return false;
  const [primary, sql] = answer.replies;
  const row = readServer(sql)?.standbys.find((standby) => standby.name === name);
  return primary?.status === 200 && row?.state === 'streaming' && row.lag !== null && row.lag <= maxLag;
}

/** What is wrong with one member, or with having a leader at all; undefined: nothing. */
export function memberConcern(node: string, cluster: Cluster, maxLag: number): string | undefined {
  const member = cluster.members.find((one) => one.node === node);
  if (member === undefined) return 'it is not in its cluster';
  if (cluster.leader === null) return 'its cluster has no leader';
  return errorsOf(member, cluster, maxLag)[0];
}

function errorsOf(member: ClusterMember, cluster: Cluster, maxLag: number): string[] {
  return judgeCluster(cluster, maxLag)
    .filter(
      ({ level, text }) =>
        level === 'error' && (text.startsWith(`${member.name} `) || text.startsWith('leader ')),
    )
    .map(({ text }) => text);
}

export const patroniView: ClusterView = { ask: askCluster, isFollowed };

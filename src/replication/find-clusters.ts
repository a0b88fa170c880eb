import { eachNode } from '../fanout/each-node.ts';
import type { CollectOptions } from '../patroni/collect.ts';
import type { NotMember } from '../patroni/read-member.ts';
import { askServer, isSilent, type ServerAnswer } from './ask-server.ts';
import { makeReplicationCluster } from './make-cluster.ts';
import type { ReplicationCluster } from './replication-cluster.ts';

export interface ReplicationClusters {
  readonly clusters: readonly ReplicationCluster[];
  readonly others: readonly NotMember[];
}

/** The clusters without Patroni that nodes make: servers of one system identifier are copies of each other. */
export async function findReplication(
  nodes: readonly string[],
  options: CollectOptions,
): Promise<ReplicationClusters> {
  const answers = await eachNode(nodes, options.fanout, (node) => askServer(node, options));
  const others = answers.flatMap((answer): NotMember[] => {
    const why = whyNot(answer);
    return why === undefined ? [] : [{ node: answer.node, why, absent: false }];
  });
  const servers = answers.filter((answer): answer is ServerAnswer => whyNot(answer) === undefined);
  const groups = Map.groupBy(servers, ({ facts }) => facts!.systemIdentifier);
  return { clusters: [...groups.values()].map((group) => makeReplicationCluster(group)), others };
}

function whyNot(answer: Awaited<ReturnType<typeof askServer>>): string | undefined {
  if (isSilent(answer)) return answer.silent;
  if (answer.patronis > 0) return 'Patroni runs here';
  if (answer.facts === null) return answer.why ?? 'its server does not answer';
  return undefined;
}

/** Asks the nodes of one known cluster again; a node that does not answer stays a member. */
export async function askReplication(
  nodes: readonly string[],
  { executor, signal }: Pick<CollectOptions, 'executor' | 'signal'>,
): Promise<ReplicationCluster> {
  const answers = await eachNode(nodes, nodes.length, (node) =>
    askServer(node, { executor, signal, timeoutMs: 30_000 }),
  );
  return makeReplicationCluster(answers);
}

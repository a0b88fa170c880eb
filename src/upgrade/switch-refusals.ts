import { askProxies } from '../haproxy/pools.ts';
import { askMember } from '../patroni/ask-member.ts';
import { findMember, whyNotCandidate } from '../patroni/candidate.ts';
import type { Cluster } from '../patroni/cluster.ts';
import { jsonOf } from '../patroni/read-reply.ts';
import { runChecks } from './checks/run-checks.ts';
import { checkSql, type CheckFacts } from './server-sql.ts';
import { absentMembers } from './steps/health.ts';
import type { ClusterTools } from './steps/tools.ts';

/**
 * Why a cluster is not ready for a switchover, by the checks that count then.
 * @param to who is to lead; undefined: the leader is restarted in place
 */
export async function refusals(
  cluster: Cluster,
  to: string | undefined,
  tools: ClusterTools,
  signal: AbortSignal,
): Promise<string[]> {
  const { executor, plan, settings } = tools;
  const node = cluster.leader?.node;
  if (!node) return ['nobody leads'];
  const answer = await askMember(
    executor,
    node,
    [{ ask: 'sql', text: checkSql(settings.maxTransactionMs / 1000) }],
    signal,
  );
  const reply = answer.kind === 'answered' ? answer.replies[0] : undefined;
  const server = jsonOf(reply) as CheckFacts | undefined;
  if (server === undefined) return [`${node} does not answer`];
  const facts = {
    cluster,
    packages: new Map(),
    servers: new Map([[node, server]]),
    proxies: await askProxies(plan.proxies, { executor, signal }),
    notes: [],
    clocks: new Map(),
    barman: [],
    addresses: new Map(),
  };
  const candidate = to === undefined ? undefined : findMember(cluster, to);
  const why =
    to === undefined
      ? undefined
      : candidate === undefined
        ? 'is no member any more'
        : whyNotCandidate(candidate, cluster, settings.maxLag);
  return [
    ...absentMembers(cluster, tools),
    ...runChecks(facts, settings, new Date(), 'before-switchover')
      .filter(({ result, id }) => result === 'refused' && id !== 'P08')
      .flatMap(({ objections }) => objections),
    ...(settings.waivers['P10'] === undefined
      ? server.long.map(
          ({ pid, seconds, app }) =>
            `a transaction of ${seconds} s on ${node} (pid ${pid}, ${app || 'no name'})`,
        )
      : []),
    ...(why === undefined ? [] : [`${to} ${why}`]),
  ];
}

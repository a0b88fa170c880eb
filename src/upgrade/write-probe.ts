import type { Executor } from '../fanout/executor.ts';
import { askMember } from '../patroni/ask-member.ts';
import { lookAtMembers } from '../patroni/look-at-members.ts';
import { problemOf } from '../patroni/read-member.ts';
import { lookAtServers } from '../replication/look-at-server.ts';
import { watchPrimary } from '../patroni/watch-primary.ts';
import { nodesOfPlan } from './steps/tools.ts';
import type { ClusterPlan } from './upgrade-spec.ts';

/** What a probe saw of one cluster; milliseconds. */
export interface ProbeReport {
  /** How often it began that no write was possible. */
  readonly gaps: number;
  readonly gapMs: number;
  readonly longestMs: number;
}

/** Writes again and again to a cluster while it is upgraded. */
export interface WriteProbe {
  /** Ends it and takes its table away. A text: why there is no measure, or what it left. */
  stop(): Promise<{ readonly report: ProbeReport | null; readonly problem?: string }>;
}

export interface ProbeTools {
  readonly executor: Executor;
  readonly signal: AbortSignal;
}

/** The schema is the probe's own: nothing else is in it, and with anything else in it it stays. */
const schema = 'muster_probe';
export const probeTable = `${schema}.beat`;

export const createProbeSql = `create schema if not exists ${schema};
create table if not exists ${probeTable} (id int primary key, at timestamptz not null);
insert into ${probeTable} values (1, clock_timestamp()) on conflict (id) do nothing;`;

export const dropProbeSql = `drop table if exists ${probeTable};
drop schema if exists ${schema} restrict;`;

/** A day: nobody upgrades for longer, and a node that lost its muster notices when it prints. */
const seconds = 86_400;

/**
 * Writes on the members themselves, as the user their server runs as: no password, no address. On whichever leads, a
 * committed update some ten times a second; everybody else only says that it does not.
 */
export async function probeMembers(plan: ClusterPlan, tools: ProbeTools): Promise<WriteProbe | string> {
  const problem = await onLeader(plan, createProbeSql, tools);
  if (problem !== undefined) return problem;
  const watch = watchPrimary(tools.executor, nodesOfPlan(plan), { seconds, table: probeTable, again: true });
  await watch.ready(30_000);
  return {
    async stop() {
      const gapMs = watch.gapMs();
      const report = gapMs === null ? null : { gaps: watch.gaps(), gapMs, longestMs: watch.longestMs() };
      await watch.stop();
      const left = await onLeader(plan, dropProbeSql, tools);
      return { report, ...(left === undefined ? {} : { problem: `schema ${schema} stays: ${left}` }) };
    },
  };
}

/** Takes away what a killed run left. Says why it could not. */
export function dropProbe(plan: ClusterPlan, tools: ProbeTools): Promise<string | undefined> {
  return onLeader(plan, dropProbeSql, tools);
}

async function onLeader(
  plan: ClusterPlan,
  text: string,
  { executor, signal }: ProbeTools,
): Promise<string | undefined> {
  const look = plan.plain === undefined ? lookAtMembers : lookAtServers;
  const looks = await look(nodesOfPlan(plan), { executor, signal });
  const leader = looks.find(({ primary }) => primary);
  if (leader === undefined) return 'nobody leads';
  const answer = await askMember(executor, leader.node, [{ ask: 'sql', text }], signal);
  if (answer.kind === 'silent') return answer.why;
  const reply = answer.replies[0]!;
  return 'text' in reply ? undefined : problemOf(reply);
}

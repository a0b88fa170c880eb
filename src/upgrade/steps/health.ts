import type { Cluster } from '../../patroni/cluster.ts';
import { judgeCluster } from '../../patroni/health.ts';
import { poll } from '../../patroni/poll.ts';
import { endPause, endSchedule } from '../../patroni/undo-commands.ts';
import type { Step, StepContext, StepResult } from '../../rolling/step.ts';
import { type ClusterTools, nodesOfPlan, waiting } from './tools.ts';

/** So long a cluster may take to be healthy before a node of it is touched: an earlier step may still echo. */
const patienceMs = 120_000;

/**
 * Waits until the whole cluster is as it should be: one leader, everybody else streams closely, no pause. No node is
 * touched before.
 */
export function healthyStep(
  id: string,
  title: string,
  tools: ClusterTools,
  leaderIs?: (node: string) => string | undefined,
): Step {
  return {
    id,
    title,
    kind: 'gate',
    run: (context) => waitHealthy(tools, context, leaderIs),
  };
}

/** @param leaderIs says why the leader's node is not who may lead now */
export async function waitHealthy(
  tools: ClusterTools,
  context: StepContext,
  leaderIs?: (node: string) => string | undefined,
  ms: number = Math.min(tools.settings.nodeMs, patienceMs),
): Promise<StepResult> {
  const { plan, settings } = tools;
  const asked = waiting(tools, context);
  let why = 'its members do not answer';
  const end = await poll<StepResult>(
    async () => {
      const cluster = await tools.driver.ask(nodesOfPlan(plan), asked);
      if (asked.signal.aborted) return undefined;
      if (cluster === undefined) return undefined;
      const concerns = judgeCluster(cluster, settings.maxLag).filter(({ level }) => level === 'error');
      const found = [
        ...absentMembers(cluster, tools),
        ...concerns.map(({ text }) => text),
        ...(cluster.paused ? [`the cluster is paused (${endPause(cluster)})`] : []),
        ...(cluster.scheduledSwitchover === null
          ? []
          : [`a switchover is scheduled (${endSchedule(cluster)})`]),
      ];
      if (found.length === 0) {
        const wrong = leaderIs?.(cluster.leader?.node ?? '');
        if (wrong !== undefined) return { kind: 'failed', message: wrong, hint: planAnew };
        return { kind: 'done' };
      }
      why = found.join('; ');
      context.note(why);
      return undefined;
    },
    { everyMs: 2000, firstMs: 250, timeoutMs: ms, signal: asked.signal },
  );
  if (end === 'aborted') return { kind: 'held', message: 'asked to hold' };
  if (end !== 'timeout') return end;
  return {
    kind: 'failed',
    message: `cluster ${plan.name} is not healthy: ${why}`,
    hint: 'Nothing more is touched. See muster cluster status; when it is mended: muster upgrade resume.',
  };
}

/** Patroni forgets a member that is away, and goes on naming one that left a moment ago: only an answer counts. */
export function absentMembers(cluster: Cluster, { plan }: ClusterTools): string[] {
  return nodesOfPlan(plan)
    .filter((node) => !cluster.members.some((member) => member.node === node && member.facts !== null))
    .map((node) => `${node} does not answer`);
}

export const planAnew =
  'The cluster is no longer the one planned for: muster upgrade abort takes back what is left, then plan anew (muster upgrade plan).';

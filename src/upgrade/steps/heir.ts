import { findMember, whyNotCandidate } from '../../patroni/candidate.ts';
import type { Cluster } from '../../patroni/cluster.ts';
import type { StepContext } from '../../rolling/step.ts';
import { compareVersions } from '../../versions/compare-versions.ts';
import { acting, type ClusterTools, nodesOfPlan } from './tools.ts';

export interface Handover {
  readonly from: string;
  /** Who is planned to lead next. */
  readonly to: string;
  /** Begins the ids of its steps: a second one has others. */
  readonly prefix: 'switch' | 'switch-back';
  readonly supervised: boolean;
}

/**
 * The nodes that may lead after a switchover, the planned one first. In synchronous mode it is whichever upgraded replica is
 * the synchronous standby at that moment: restarting one makes Patroni choose another. Not where a person named the
 * candidate, or wants the leadership back; nor where a command promotes, which is told whom.
 */
export function heirsOf({ to, prefix }: Handover, { plan, settings }: ClusterTools): string[] {
  const fixed =
    !plan.synchronous || plan.plain !== undefined || settings.candidate !== undefined || settings.switchback;
  if (prefix === 'switch-back' || fixed) return [to];
  return [to, ...plan.replicas.filter((node) => node !== to)];
}

/** Who can lead now and runs the target; the planned one when nobody can. */
export function heirNow(cluster: Cluster, handover: Handover, tools: ClusterTools): string {
  const ready = heirsOf(handover, tools).find((node) => {
    const member = findMember(cluster, node);
    const version = member?.facts?.serverVersion;
    return (
      member !== undefined &&
      whyNotCandidate(member, cluster, tools.settings.maxLag) === undefined &&
      typeof version === 'string' &&
      compareVersions(version, tools.plan.target) >= 0
    );
  });
  return ready ?? handover.to;
}

/** Who is to lead next, by asking only where it may be one of several. */
export async function nextLeader(
  handover: Handover,
  tools: ClusterTools,
  context: StepContext,
): Promise<string> {
  if (heirsOf(handover, tools).length === 1) return handover.to;
  const cluster = await tools.driver.ask(nodesOfPlan(tools.plan), acting(tools, context));
  return cluster === undefined ? handover.to : heirNow(cluster, handover, tools);
}

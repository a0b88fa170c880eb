import { lookAtMembers } from '../../patroni/look-at-members.ts';
import type { StepContext } from '../../rolling/step.ts';
import { acting, type ClusterTools, nodesOfPlan } from './tools.ts';

/** The one node that takes writes now; undefined when none does, or several do. */
export async function leaderNow(tools: ClusterTools, context: StepContext): Promise<string | undefined> {
  const looks = await lookAtMembers(nodesOfPlan(tools.plan), acting(tools, context));
  const primaries = looks.filter(({ primary }) => primary);
  return primaries.length === 1 ? primaries[0]!.node : undefined;
}

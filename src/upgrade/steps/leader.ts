import { eachNode } from '../../fanout/each-node.ts';
import type { StepContext } from '../../rolling/step.ts';
import { acting, type ClusterTools, nodesOfPlan } from './tools.ts';

/** The one node that takes writes now; undefined when none does, or several do. */
export async function leaderNow(tools: ClusterTools, context: StepContext): Promise<string | undefined> {
  const nodes = nodesOfPlan(tools.plan);
  const asked = acting(tools, context);
  const looks = await eachNode(nodes, nodes.length, (node) => tools.driver.look(node, asked));
  const primaries = looks.filter(({ primary }) => primary);
  return primaries.length === 1 ? primaries[0]!.node : undefined;
}

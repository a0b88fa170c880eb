import { UserError } from '../errors.ts';

/** Nodes that must not be worked on together, in order: one lane of a plan before it has steps. */
export interface LaneNodes {
  readonly name: string;
  readonly nodes: readonly string[];
}

/** `--per cluster=1`: at most so many nodes of each group of a source at a time. */
export interface Axis {
  readonly source: string;
  readonly atOnce: number;
}

/**
 * @param text `cluster=1`, `rack=2`; without a number 1
 * @throws UserError when it cannot be read
 */
export function readAxis(text: string): Axis {
  const match = /^([A-Za-z0-9_.-]+)(?:=(\d+))?$/.exec(text);
  const atOnce = Number(match?.[2] ?? 1);
  if (match === null || atOnce < 1) {
    throw new UserError(`--per ${JSON.stringify(text)}: not a group source and a number`, {
      hint: 'For example --per cluster=1: at most one node of each @cluster:… at a time.',
    });
  }
  return { source: match[1]!, atOnce };
}

/** Every node a lane of its own. */
export function lanePerNode(nodes: readonly string[]): LaneNodes[] {
  return nodes.map((node) => ({ name: node, nodes: [node] }));
}

/**
 * One lane a group, in the order in which groups first appear; with more than one at once, as many lanes a group.
 * @param groupsOf the groups of the axis a node is in
 * @throws UserError for a node in none of them or in several: nobody could say whom it must not meet
 */
export function lanePerGroup(
  nodes: readonly string[],
  axis: Axis,
  groupsOf: (node: string) => readonly string[],
): LaneNodes[] {
  const byGroup = new Map<string, string[]>();
  for (const node of nodes) {
    const groups = groupsOf(node);
    if (groups.length !== 1) {
      const what =
        groups.length === 0
          ? `in no group of source ${axis.source}`
          : `in several: ${groups.map((name) => `@${axis.source}:${name}`).join(', ')}`;
      throw new UserError(`--per ${axis.source}: ${node} is ${what}`, {
        code: 'NO_LANE',
        hint: 'Leave the node out with -x, or mend the groups.',
      });
    }
    const members = byGroup.get(groups[0]!);
    if (members === undefined) byGroup.set(groups[0]!, [node]);
    else members.push(node);
  }
  return [...byGroup].flatMap(([group, members]) => splitLane(group, members, axis.atOnce));
}

function splitLane(name: string, nodes: readonly string[], lanes: number): LaneNodes[] {
  if (lanes === 1) return [{ name, nodes }];
  return Array.from({ length: Math.min(lanes, nodes.length) }, (_, lane) => ({
    name: `${name}#${lane + 1}`,
    nodes: nodes.filter((_node, index) => index % lanes === lane),
  }));
}

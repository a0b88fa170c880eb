import { EmptyOperandError } from '../nodeset/errors.ts';
import { evaluateNodeSet } from '../nodeset/evaluate.ts';
import { UnknownGroupError } from '../nodeset/group-resolver.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import type { Groups } from './group-resolver.ts';

/** How groups are named in the result. */
export interface RegroupOptions {
  /** The source whose groups are used; its name is written before theirs. Default: the default source, not written. */
  readonly source?: string;
  /** Leaves the name of the source out (`-G`). */
  readonly hidePrefix?: boolean;
}

/**
 * Writes a set of nodes with groups, as `nodeset -r`: only groups that are wholly in the set, the largest first and by
 * name among equals, each of nodes no earlier group has taken; then the nodes that are in none. `@cluster:[69-70],x1`.
 */
export async function regroup(
  nodes: Iterable<string>,
  groups: Groups,
  options: RegroupOptions = {},
): Promise<string> {
  const set = nodes instanceof NodeSet ? nodes : NodeSet.of(nodes);
  const candidates = await wholeGroups(set, groups, options.source);
  const prefix = options.source === undefined || options.hidePrefix === true ? '@' : `@${options.source}:`;
  const chosen: string[] = [];
  let left = set;
  for (const { name, members } of candidates) {
    if (members.isSubsetOf(left)) {
      chosen.push(prefix + name);
      left = left.difference(members);
    }
  }
  return [NodeSet.of(chosen), left]
    .filter((part) => part.size > 0)
    .map(String)
    .join(',');
}

interface Candidate {
  readonly name: string;
  readonly members: NodeSet;
}

async function wholeGroups(set: NodeSet, groups: Groups, source: string | undefined): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const name of await groupsOfNodes(set, groups, source)) {
    const members = await membersOf(name, groups, source);
    if (members !== undefined && members.size > 0 && members.isSubsetOf(set)) {
      candidates.push({ name, members });
    }
  }
  return candidates.toSorted((a, b) => b.members.size - a.members.size || (a.name < b.name ? -1 : 1));
}

/**
 * The groups worth looking at. A source that can tell the groups of a node is asked that when there are fewer nodes
 * than groups, which is when it is cheaper.
 */
export async function groupsOfNodes(
  set: NodeSet,
  groups: Groups,
  source: string | undefined,
): Promise<readonly string[]> {
  const names = await groups.groupNames(source);
  if (names.length < set.size) {
    return names;
  }
  const found = new Set<string>();
  for (const node of set) {
    const mine = await groups.reverse(source, node);
    if (mine === undefined) {
      return names;
    }
    for (const name of mine) {
      found.add(name);
    }
  }
  return [...found];
}

/** A group that names one that does not exist regroups nothing: it could not be used as an operand. */
async function membersOf(
  name: string,
  groups: Groups,
  source: string | undefined,
): Promise<NodeSet | undefined> {
  const operand = source === undefined ? `@${name}` : `@${source}:${name}`;
  try {
    return await evaluateNodeSet(operand, { resolver: groups });
  } catch (error) {
    if (error instanceof UnknownGroupError) {
      return undefined;
    }
    if (error instanceof EmptyOperandError) {
      return evaluateNodeSet(operand, { resolver: groups, allowEmpty: true });
    }
    throw error;
  }
}

import { evaluateNodeSet } from '../nodeset/evaluate.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import type { Groups } from './group-resolver.ts';
import { groupsOfNodes } from './regroup.ts';

/** A group in a listing. */
export interface ListedGroup {
  readonly source: string | undefined;
  readonly name: string;
  /** Its members; with `among`, those of them that were asked about. */
  readonly nodes: NodeSet;
  /** How many members it has altogether. */
  readonly size: number;
}

/** Names of a source's groups in the order `nodeset -l` lists them. */
export async function sortedGroupNames(groups: Groups, source: string | undefined): Promise<string[]> {
  return [...NodeSet.of(await groups.groupNames(source))];
}

/**
 * The groups of a source with their members, in the order of `nodeset -ll`; with `among`, only those that hold one of
 * these nodes. Listing is lenient where running is not: a group that is empty or refers to one that does not exist is
 * listed with the members it has.
 */
export async function listGroups(
  groups: Groups,
  options: { readonly source?: string; readonly among?: NodeSet } = {},
): Promise<ListedGroup[]> {
  const { source, among } = options;
  // The original sorts names as node sets in the one case and as plain text in the other.
  const names =
    among === undefined
      ? await sortedGroupNames(groups, source)
      : (await groupsOfNodes(among, groups, source)).toSorted();
  const listed: ListedGroup[] = [];
  for (const name of names) {
    const operand = source === undefined ? `@${name}` : `@${source}:${name}`;
    const members = await evaluateNodeSet(operand, { resolver: groups, allowEmpty: true });
    const nodes = among === undefined ? members : members.intersection(among);
    if (among === undefined || nodes.size > 0) {
      listed.push({ source, name, nodes, size: members.size });
    }
  }
  return listed;
}

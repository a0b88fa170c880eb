import { UserError } from '../errors.ts';
import type { Groups } from '../groups/group-resolver.ts';
import { sortedGroupNames } from '../groups/list-groups.ts';
import { evaluateNodeSet } from '../nodeset/evaluate.ts';
import type { NodeSet } from '../nodeset/node-set.ts';

/** A group, what it stands for and where that is written. */
export interface DescribedGroup {
  readonly source: string;
  readonly name: string;
  readonly nodes: NodeSet;
  /** The expressions as written, united. */
  readonly written: readonly string[];
  /** `file:line`, or the upcall. */
  readonly origin: string;
}

/** A group that a user names: `@source:group`, `@group` of the default source; also without the `@`. */
export interface GroupReference {
  readonly source: string | undefined;
  /** Undefined: all groups of the source. */
  readonly name: string | undefined;
}

/**
 * Reads `@racks:old`, `@etcd`, and for all groups of a source its name alone, `racks`, or `@racks:*`.
 * @throws UserError for anything else
 */
export function readGroupReference(text: string): GroupReference {
  if (!text.startsWith('@')) return { source: text, name: undefined };
  const written = text.slice(1);
  const colon = written.indexOf(':');
  const name = written.slice(colon + 1);
  if (name === '') {
    throw new UserError(`${text}: no group is named`, { hint: 'Write @source:group, @group, or a source.' });
  }
  const source = colon === -1 ? undefined : written.slice(0, colon);
  return { source, name: name === '*' ? undefined : name };
}

/** The groups a reference means, with their members; a group that is empty has none. */
export async function describeGroups(
  groups: Groups,
  { source, name }: GroupReference,
): Promise<DescribedGroup[]> {
  const names = name === undefined ? await sortedGroupNames(groups, source) : [name];
  const described: DescribedGroup[] = [];
  for (const one of names) {
    const { expressions, source: owner, origin } = await groups.group(source, one);
    const nodes = await evaluateNodeSet(`@${owner}:${one}`, { resolver: groups, allowEmpty: true });
    described.push({ source: owner, name: one, nodes, written: expressions, origin });
  }
  return described;
}

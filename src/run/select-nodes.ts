import { UserError } from '../errors.ts';

/** What the options that choose nodes said, as written. */
export interface NodeSelection {
  /** -w, repeatable. */
  readonly nodes: readonly string[];
  /** -x */
  readonly exclude: readonly string[];
  /** -g: group names, each may be a set (`69,70`). */
  readonly groups: readonly string[];
  /** -X */
  readonly excludeGroups: readonly string[];
  /** -a */
  readonly all: boolean;
  /** Words from --hostfile. */
  readonly fromFiles: readonly string[];
  /** --pick; 0: all. */
  readonly pick: number;
}

/** Reads one expression into names in the order written; rejects with a UserError. */
export type ReadInOrder = (expression: string) => Promise<readonly string[]>;

/**
 * The nodes to run on, each once, in the order written: all that is added first, then all that is excluded,
 * whatever the order of the options.
 * @throws UserError when nothing was chosen or nothing is left
 */
export async function selectNodes(
  selection: NodeSelection,
  read: ReadInOrder,
  random: () => number = Math.random,
): Promise<string[]> {
  const adding = [
    ...selection.nodes,
    ...selection.groups.map(asGroup),
    ...selection.fromFiles,
    ...(selection.all ? ['@*'] : []),
  ];
  if (adding.length === 0) {
    throw new UserError('no nodes given', {
      code: 'NO_NODES',
      hint: 'Name them with -w NODES, -g GROUP or -a.',
    });
  }
  for (const expression of [...selection.nodes, ...selection.exclude]) refuseNoName(expression);
  const chosen = new Set<string>();
  for (const expression of adding) for (const node of await read(expression)) chosen.add(node);
  for (const expression of [...selection.exclude, ...selection.excludeGroups.map(asGroup)]) {
    for (const node of await read(expression)) chosen.delete(node);
  }
  if (chosen.size === 0) {
    throw new UserError('no node to run on', {
      code: 'NO_NODES',
      hint: `Nothing is left of ${adding.join(',')} after the exclusions.`,
    });
  }
  return pickNodes([...chosen], selection.pick, random);
}

/** As clush: an empty variable of a script, or an option that slipped into the place of its value. */
function refuseNoName(expression: string): void {
  if (expression.trim() !== '' && !expression.startsWith('-')) return;
  throw new UserError(`${JSON.stringify(expression)} is no node set`, {
    code: 'NO_NODES',
    hint: 'Did a variable of the script stay empty, or an option lose its value?',
  });
}

/** `-g 69,70` and `-g cluster:[69-70]` mean @69,@70 and @cluster:[69-70]; a comma in brackets belongs to the range. */
function asGroup(groups: string): string {
  return groups
    .split(/,(?![^[]*\])/)
    .map((group) => `@${group.trim()}`)
    .join(',');
}

/** `count` nodes at random, in their old order; 0 or more than there are: all. */
function pickNodes(nodes: string[], count: number, random: () => number): string[] {
  if (count === 0 || count >= nodes.length) return nodes;
  const rest = nodes.map((_, index) => index);
  const picked = new Set<number>();
  while (picked.size < count) picked.add(rest.splice(Math.floor(random() * rest.length), 1)[0]!);
  return nodes.filter((_, index) => picked.has(index));
}

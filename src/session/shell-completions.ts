import { evaluateNodeSet } from '../nodeset/evaluate.ts';
import type { ShellCompletions } from '../shell/backend.ts';
import type { RunSession } from './open-session.ts';

/** Names for Tab: sources, groups, and the nodes of the default source with those chosen on the command line. */
export function shellCompletions({ groups, chosen }: RunSession): ShellCompletions {
  const orNothing = (names: Promise<readonly string[]>): Promise<readonly string[]> => names.catch(() => []);
  const namesOf = async (): Promise<string[]> => (await groups.sources()).map(({ name }) => name);
  const allNodes = async (): Promise<string[]> => [...(await evaluateNodeSet('@*', { resolver: groups }))];
  return {
    sources: () => orNothing(namesOf()),
    groups: (source) => orNothing(groups.groupNames(source)),
    nodes: async () => [...new Set([...chosen.nodes, ...(await orNothing(allNodes()))])],
  };
}

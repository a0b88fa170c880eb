import type { RunFlags } from '../cli/run-flags.ts';
import type { Groups } from '../groups/group-resolver.ts';

/** -r: headers name groups where they fit; -G leaves their source out. */
export function foldIntoGroups(
  groups: Groups,
  flags: Partial<RunFlags>,
): (nodes: readonly string[]) => Promise<string> {
  return async (nodes) => {
    const { regroup } = await import('../groups/regroup.ts');
    return regroup(nodes, groups, {
      ...(flags.groupsource === undefined ? {} : { source: flags.groupsource }),
      hidePrefix: flags.groupbase === true,
    });
  };
}

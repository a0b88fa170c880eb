import type { GroupResolver } from '../nodeset/group-resolver.ts';
import type { Groups } from '../groups/group-resolver.ts';

export interface GroupChoice {
  /** -s */
  readonly groupSource: string | undefined;
  /** --groupsconf */
  readonly groupsConf: string | undefined;
}

/** Groups for commands that most often need none: their code is loaded with the first question. */
export interface GroupsOnDemand extends GroupResolver {
  open(): Promise<Groups>;
  /** Oddities met so far; none when nothing was asked. */
  warnings(): Promise<readonly string[]>;
}

export function groupsOnDemand({ groupSource, groupsConf }: GroupChoice): GroupsOnDemand {
  let opening: Promise<Groups> | undefined;
  const load = async (): Promise<Groups> => {
    const { createGroupResolver } = await import('../groups/group-resolver.ts');
    const { readSurroundings } = await import('./surroundings.ts');
    const { env, home, cwd } = readSurroundings();
    return createGroupResolver({
      env,
      home,
      cwd,
      ...(groupsConf === undefined ? {} : { groupsConf }),
      ...(groupSource === undefined ? {} : { defaultSource: groupSource }),
    });
  };
  const open = () => (opening ??= load());
  return {
    open,
    warnings: async () => (opening === undefined ? [] : (await opening).warnings()),
    group: async (source, name) => (await open()).group(source, name),
    all: async (source) => (await open()).all(source),
    groupNames: async (source) => (await open()).groupNames(source),
  };
}

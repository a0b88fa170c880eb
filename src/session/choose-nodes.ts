import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCount } from '../cli/read-number.ts';
import type { RunFlags } from '../cli/run-flags.ts';
import { evaluateInOrder } from '../nodeset/evaluate.ts';
import type { GroupResolver } from '../nodeset/group-resolver.ts';
import { selectNodes } from '../run/select-nodes.ts';
import { readHostfile } from './hostfile.ts';

/** The nodes a command line chose. */
export interface ChosenNodes {
  /** In the order of execution. */
  readonly nodes: readonly string[];
  /** The set as the user wrote it, for the journal. */
  readonly written: string;
  /** What a user should know before anything runs. */
  readonly warnings: readonly string[];
}

/** @throws UserError for a syntax error, an unknown group or an empty result: nothing has been contacted then */
export async function chooseNodes(
  flags: RunFlags,
  resolver: GroupResolver,
  cwd: string,
): Promise<ChosenNodes> {
  const options = { resolver, allowEmpty: flags['allow-empty'], blanksSeparate: true };
  const selection = {
    nodes: flags.nodes ?? [],
    exclude: flags.exclude ?? [],
    groups: flags.group ?? [],
    excludeGroups: flags['exclude-group'] ?? [],
    all: flags.all,
    fromFiles: (flags.hostfile ?? []).flatMap((file) => readHostfile(resolve(cwd, file))),
    pick: readCount('--pick', flags.pick, 0) ?? 0,
  };
  const nodes = await selectNodes(selection, (expression) => evaluateInOrder(expression, options));
  return { nodes, written: describeSelection(flags), warnings: shellExpansionWarnings(nodes, flags, cwd) };
}

function describeSelection(flags: RunFlags): string {
  const parts = [
    ...(flags.all ? ['-a'] : []),
    ...(flags.nodes ?? []),
    ...(flags.group ?? []).map((group) => `-g ${group}`),
    ...(flags.hostfile ?? []).map((file) => `--hostfile ${file}`),
    ...(flags.exclude ?? []).map((nodes) => `-x ${nodes}`),
    ...(flags['exclude-group'] ?? []).map((group) => `-X ${group}`),
  ];
  return parts.join(' ');
}

/** `-w db[1-3]` in a folder with a file named db1 reaches us as `-w db1`: clush warns, so do we. */
function shellExpansionWarnings(nodes: readonly string[], flags: RunFlags, cwd: string): string[] {
  const only = nodes.length === 1 ? nodes[0]! : undefined;
  if (only === undefined || flags.nodes?.includes(only) !== true || !existsSync(resolve(cwd, only)))
    return [];
  return [
    `-w ${only}: a file of that name is in this folder; did the shell expand a pattern? (quote it: -w '${only}')`,
  ];
}

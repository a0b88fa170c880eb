import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
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

/**
 * @param failed the nodes of --retry-failed: only these, further restricted when other options choose nodes
 * @throws UserError for a syntax error, an unknown group or an empty result: nothing has been contacted then
 */
export async function chooseNodes(
  flags: RunFlags,
  resolver: GroupResolver,
  cwd: string,
  failed?: readonly string[],
): Promise<ChosenNodes> {
  const chosen = await chooseByFlags(flags, resolver, cwd, failed ?? []);
  if (failed === undefined) return chosen;
  const nodes = failed.filter((node) => chosen.nodes.includes(node));
  if (nodes.length > 0) return { ...chosen, nodes, written: `--retry-failed ${chosen.written}`.trim() };
  throw new UserError('--retry-failed: none of the nodes chosen failed in the last run', {
    code: 'NO_NODES',
  });
}

async function chooseByFlags(
  flags: RunFlags,
  resolver: GroupResolver,
  cwd: string,
  failed: readonly string[],
): Promise<ChosenNodes> {
  const options = { resolver, allowEmpty: flags['allow-empty'], blanksSeparate: true };
  const selection = {
    nodes: flags.nodes ?? (choosesNodes(flags) ? [] : failed),
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

function choosesNodes(flags: RunFlags): boolean {
  return flags.all || [flags.nodes, flags.group, flags.hostfile].some((given) => given !== undefined);
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

import { ExitCode, UserError } from '../errors.ts';
import type { GroupSourceInfo, Groups } from '../groups/group-resolver.ts';
import { describeGroups, readGroupReference, type DescribedGroup } from '../nodetools/describe-groups.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { groupsOnDemand } from './groups-on-demand.ts';
import { exitStatusOf } from './nodes-output.ts';
import { openOwnTerminal } from './own-terminal.ts';
import { readSurroundings } from './surroundings.ts';

export interface GroupsRequest {
  /** Groups and sources asked for; none: everything. */
  readonly words: readonly string[];
  readonly groupSource: string | undefined;
  readonly groupsConf: string | undefined;
  readonly json: boolean;
}

/** `muster groups`: sources, groups, members, and where each is written. Gives the exit status. */
export async function runGroups(request: GroupsRequest): Promise<number> {
  const terminal = openOwnTerminal(readSurroundings());
  const groups = await groupsOnDemand(request).open();
  const sources = await groups.sources();
  const { described, failures } =
    request.words.length === 0
      ? await describeSources(groups, sources)
      : { described: await describeWords(groups, request.words), failures: [] };
  if (request.json) {
    const failed = failures.map(({ source, error }) => ({
      source: source.name,
      code: error.code,
      message: error.message,
    }));
    const shown =
      request.words.length === 0
        ? sources
        : sources.filter(({ name }) => described.some(({ source }) => source === name));
    const document = { sources: shown, groups: described.map(groupDocument), failed };
    await terminal.stdout.write(`${JSON.stringify(document)}\n`);
  } else {
    await showTables(terminal, request.words.length === 0 ? sources : [], described);
  }
  await terminal.stdout.flush();
  for (const { error } of failures) await terminal.stderr.write(`muster: ${error.message}\n`);
  for (const warning of groups.warnings()) await terminal.stderr.write(`muster: ${warning}\n`);
  await terminal.stderr.flush();
  return exitStatusOf(terminal.stdout.failure, failures.some(isTrouble) ? ExitCode.usage : ExitCode.ok);
}

interface SourceFailure {
  readonly source: GroupSourceInfo;
  readonly error: UserError;
}

/** A source that has no way to list its groups is as its owner wants it. */
function isTrouble({ error }: SourceFailure): boolean {
  return error.code !== 'NO_GROUP_LIST';
}

/** One source that does not answer must not hide the others. */
async function describeSources(
  groups: Groups,
  sources: readonly GroupSourceInfo[],
): Promise<{ described: DescribedGroup[]; failures: SourceFailure[] }> {
  const described: DescribedGroup[] = [];
  const failures: SourceFailure[] = [];
  for (const source of sources) {
    try {
      described.push(...(await describeGroups(groups, { source: source.name, name: undefined })));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push({ source, error });
    }
  }
  return { described, failures };
}

async function describeWords(groups: Groups, words: readonly string[]): Promise<DescribedGroup[]> {
  const described: DescribedGroup[] = [];
  for (const word of words) described.push(...(await describeGroups(groups, readGroupReference(word))));
  return described;
}

async function showTables(
  { stdout }: Terminal,
  sources: readonly GroupSourceInfo[],
  described: readonly DescribedGroup[],
): Promise<void> {
  if (sources.length > 0 && stdout.isTTY) {
    const rows = sources.map(({ name, kind, origins, isDefault }) => [
      isDefault ? `${name} (default)` : name,
      kind,
      origins.join(', '),
    ]);
    await stdout.write(`${await renderTable(['source', 'kind', 'from'], rows, true)}\n`);
  }
  const rows = described.map(({ source, name, nodes, written, origin }) => [
    `@${source}:${name}`,
    String(nodes.size),
    String(nodes),
    written.join(','),
    origin,
  ]);
  await stdout.write(await renderTable(['group', 'count', 'nodes', 'written', 'from'], rows, stdout.isTTY));
}

function groupDocument({ source, name, nodes, written, origin }: DescribedGroup): object {
  return { source, name, count: nodes.size, folded: String(nodes), nodes: [...nodes], written, origin };
}

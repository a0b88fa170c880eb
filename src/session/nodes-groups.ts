import type { NodesRequest } from '../cli/nodes-request.ts';
import { ExitCode, UserError } from '../errors.ts';
import { listGroups, sortedGroupNames, type ListedGroup } from '../groups/list-groups.ts';
import type { Groups } from '../groups/group-resolver.ts';
import { foldNodeSet } from '../nodeset/fold.ts';
import type { NodeSet } from '../nodeset/node-set.ts';
import type { GroupsOnDemand } from './groups-on-demand.ts';
import type { PlainOutput } from './nodes-output.ts';

/**
 * Lists sources or groups as `nodeset -l`, `-L` and `--list-sources` do.
 * @param among the nodes whose groups are asked for; undefined: all groups
 */
export async function showGroups(
  request: NodesRequest,
  onDemand: GroupsOnDemand,
  among: NodeSet | undefined,
  output: PlainOutput,
): Promise<number> {
  const groups = await onDemand.open();
  if (request.command === 'list-sources') {
    await showSources(request, groups, output);
    return ExitCode.ok;
  }
  let status: number = ExitCode.ok;
  const documents: unknown[] = [];
  for (const listing of await listings(request, groups)) {
    try {
      const listed = await listOne(request, groups, listing.source, among);
      if (request.json) documents.push(...listed.map((group) => groupDocument(request, group, listing.name)));
      else await output.write(listed.map((group) => groupLine(request, group, listing.prefix, among)));
    } catch (error) {
      // One source that cannot be listed must not hide the others.
      if (!(error instanceof UserError) || request.command === 'list') throw error;
      output.warn(error.message);
      if (error.code !== 'NO_GROUP_LIST') status = error.exitCode;
    }
  }
  if (request.json) await output.write([`${JSON.stringify({ groups: documents })}\n`]);
  for (const warning of groups.warnings()) output.warn(warning);
  return status;
}

interface Listing {
  /** As the resolver is asked. */
  readonly source: string | undefined;
  readonly name: string | undefined;
  /** Before a group's name: `@` or `@source:`. */
  readonly prefix: string;
}

/** The default source's groups go without its name, unless -s named it. */
async function listings(request: NodesRequest, groups: Groups): Promise<Listing[]> {
  const { command, groupSource, hidePrefix } = request;
  const prefix = (name: string) => (hidePrefix ? '@' : `@${name}:`);
  if (command === 'list') {
    return [
      {
        source: groupSource,
        name: groupSource ?? (await groups.defaultSource()),
        prefix: groupSource === undefined ? '@' : prefix(groupSource),
      },
    ];
  }
  if (groupSource !== undefined) await groups.groupNames(groupSource);
  return (await groups.sources()).map(({ name, isDefault }) => ({
    source: name,
    name,
    prefix: isDefault && groupSource === undefined ? '@' : prefix(name),
  }));
}

/** Names alone need no group to be looked up. */
async function listOne(
  { detail, json }: NodesRequest,
  groups: Groups,
  source: string | undefined,
  among: NodeSet | undefined,
): Promise<(ListedGroup | { readonly name: string })[]> {
  if (detail === 1 && !json && among === undefined) {
    return (await sortedGroupNames(groups, source)).map((name) => ({ name }));
  }
  return listGroups(groups, {
    ...(source === undefined ? {} : { source }),
    ...(among === undefined ? {} : { among }),
  });
}

function groupLine(
  { detail, fold }: NodesRequest,
  group: ListedGroup | { readonly name: string },
  prefix: string,
  among: NodeSet | undefined,
): string {
  const words = [prefix + group.name];
  if (detail > 1 && 'nodes' in group) {
    words.push(foldNodeSet(group.nodes, fold));
    if (detail > 2) words.push(among === undefined ? `${group.size}` : `${group.nodes.size}/${group.size}`);
  }
  return `${words.join(' ')}\n`;
}

function groupDocument(
  { fold }: NodesRequest,
  group: ListedGroup | { readonly name: string },
  source: string | undefined,
): object {
  if (!('nodes' in group)) return { source, name: group.name };
  const { name, nodes, size } = group;
  return { source, name, nodes: foldNodeSet(nodes, fold), count: nodes.size, size };
}

async function showSources(
  { quiet, json }: NodesRequest,
  groups: Groups,
  output: PlainOutput,
): Promise<void> {
  const sources = await groups.sources();
  if (json) {
    const documents = sources.map(({ name, kind, origins, isDefault }) => ({
      name,
      kind,
      origins,
      isDefault,
    }));
    await output.write([`${JSON.stringify({ sources: documents })}\n`]);
    return;
  }
  await output.write(
    sources.map(({ name, isDefault }) => `${name}${isDefault && !quiet ? ' (default)' : ''}\n`),
  );
}

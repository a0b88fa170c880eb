import type { NodesRequest } from '../cli/nodes-request.ts';
import { UserError } from '../errors.ts';
import { foldNodeSet } from '../nodeset/fold.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import { expandNames, joinNames } from '../nodetools/expand-names.ts';
import { contiguousParts, pickNodes, sliceNodeSet, splitNodeSet } from '../nodetools/node-set-parts.ts';
import type { GroupsOnDemand } from './groups-on-demand.ts';
import type { PlainOutput } from './nodes-output.ts';

/** Shows a set as the command line asks: one line a part. */
export async function showSet(
  request: NodesRequest,
  groups: GroupsOnDemand,
  whole: NodeSet,
  output: PlainOutput,
): Promise<void> {
  const sliced = request.slice === undefined ? whole : sliceNodeSet(whole, request.slice);
  const set = request.pick === 0 ? sliced : pickNodes(sliced, request.pick);
  if (request.json) {
    const parts = await Promise.all(
      [...partsOf(request, set)].map((part) => document(request, groups, part)),
    );
    const whole = isCut(request) ? { parts } : parts[0];
    await output.write([`${JSON.stringify(whole)}\n`]);
    return;
  }
  for (const part of partsOf(request, set)) {
    if (output.closed) return;
    await output.write(await shown(request, groups, part));
    await output.write(['\n']);
  }
}

function isCut({ contiguous, split }: NodesRequest): boolean {
  return contiguous || split > 1;
}

function partsOf(request: NodesRequest, set: NodeSet): Iterable<NodeSet> {
  if (set.size === 0 || !isCut(request)) return [set];
  return request.contiguous ? contiguousParts(set) : splitNodeSet(set, request.split);
}

async function shown(
  request: NodesRequest,
  groups: GroupsOnDemand,
  set: NodeSet,
): Promise<Iterable<Buffer | string>> {
  const { command, format, separator } = request;
  switch (command) {
    case 'count':
      return [format === undefined ? String(set.size) : format(set.size)];
    case 'expand':
      return format === undefined ? expandNames(set, separator) : joinNames(set, separator, format);
    case 'index': {
      const place = placeOf(request.node, set);
      return [format === undefined ? String(place) : format(place)];
    }
    case 'regroup': {
      const text = await regrouped(request, groups, set);
      return [format === undefined ? text : format(text)];
    }
    default:
      return [folded(request, set)];
  }
}

/** Zero-based, in the order of the set. */
function placeOf(node: string | undefined, set: NodeSet): number {
  let place = 0;
  for (const name of set) {
    if (name === node) return place;
    place += 1;
  }
  throw new UserError(`"${node}" is not in the node set`, { code: 'NODE_NOT_IN_SET' });
}

function folded({ fold, format, rangeSet }: NodesRequest, set: NodeSet): string {
  if (rangeSet) {
    const text = foldNodeSet(set, fold).replace(/^\[(.*)\]$/, '$1');
    return format === undefined ? text : format(text);
  }
  if (format === undefined) return foldNodeSet(set, fold);
  // nodeset changes each name and folds what comes out; blanks at the ends are no part of a name.
  const changed = new Set<string>();
  for (const name of set) changed.add(format(name).trim());
  return foldNodeSet(NodeSet.of(changed), fold);
}

async function regrouped(
  { groupSource, hidePrefix }: NodesRequest,
  groups: GroupsOnDemand,
  set: NodeSet,
): Promise<string> {
  const { regroup } = await import('../groups/regroup.ts');
  return regroup(set, await groups.open(), {
    ...(groupSource === undefined ? {} : { source: groupSource }),
    hidePrefix,
  });
}

interface SetDocument {
  readonly count: number;
  readonly folded: string;
  readonly nodes: readonly string[];
  readonly regrouped?: string;
  readonly index?: number;
}

async function document(request: NodesRequest, groups: GroupsOnDemand, set: NodeSet): Promise<SetDocument> {
  return {
    count: set.size,
    folded: folded(request, set),
    nodes: request.format === undefined ? [...set] : Array.from(set, request.format),
    ...(request.command === 'index' ? { index: placeOf(request.node, set) } : {}),
    ...(request.command === 'regroup' ? { regrouped: await regrouped(request, groups, set) } : {}),
  };
}

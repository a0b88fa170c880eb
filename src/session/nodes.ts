import type { NodesRequest } from '../cli/nodes-request.ts';
import { ExitCode } from '../errors.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import { createNodeListReader, type NodeList } from '../nodetools/node-list.ts';
import { evaluateSteps, type StepReader } from '../nodetools/set-steps.ts';
import type { StepInputs } from '../nodetools/step-readers.ts';
import { groupsOnDemand, type GroupsOnDemand } from './groups-on-demand.ts';
import { openPlainOutput, type PlainOutput } from './nodes-output.ts';
import { readStandardInput, standardInputIsTerminal } from './nodes-stdin.ts';

/** `muster nodes`: what a command line makes a set of, shown as it asks. Gives the exit status. */
export async function runNodes(request: NodesRequest): Promise<number> {
  const output = openPlainOutput();
  const groups = groupsOnDemand(request);
  if (request.command === 'list' || request.command === 'list-all' || request.command === 'list-sources') {
    const { showGroups } = await import('./nodes-groups.ts');
    const among = await listedNodes(request, groups, output);
    return output.finish(await showGroups(request, groups, among, output));
  }
  if (request.inputOrder) {
    const { showInOrder } = await import('./nodes-in-order.ts');
    const { listReader } = await import('../nodetools/step-readers.ts');
    await showInOrder(request, [...(await evaluate(request, groups, output, listReader))], output);
  } else {
    const { nodeSetReader, rangeSetReader } = await import('../nodetools/step-readers.ts');
    const reader = request.rangeSet ? rangeSetReader : nodeSetReader;
    const { showSet } = await import('./nodes-results.ts');
    await showSet(request, groups, await evaluate(request, groups, output, reader), output);
  }
  for (const warning of await groups.warnings()) output.warn(warning);
  return output.finish(ExitCode.ok);
}

/** The nodes whose groups are asked for; undefined when all groups are. Standard input counts only where `-` stands. */
async function listedNodes(
  request: NodesRequest,
  groups: GroupsOnDemand,
  output: PlainOutput,
): Promise<NodeSet | undefined> {
  const { all, after } = request.steps;
  if (request.command === 'list-sources' || (!all && after.length === 0)) return undefined;
  const { nodeSetReader } = await import('../nodetools/step-readers.ts');
  return evaluate(request, groups, output, nodeSetReader);
}

function evaluate<Result>(
  { steps, allowEmpty }: NodesRequest,
  groups: GroupsOnDemand,
  output: PlainOutput,
  reader: (inputs: StepInputs) => StepReader<Result>,
): Promise<Result> {
  let asked = false;
  const once = async (): Promise<Iterable<Buffer>> => {
    if (asked) return [];
    asked = true;
    if (await standardInputIsTerminal()) output.warn('reading nodes from the terminal, Ctrl-D ends');
    return readStandardInput();
  };
  const inputs: StepInputs = {
    resolver: groups,
    allowEmpty,
    nodeList: async () => readNodeList(await once()),
    text: async () => Buffer.concat(Array.from(await once(), (piece) => Buffer.from(piece))).toString(),
  };
  return evaluateSteps(steps, reader(inputs), (text) => output.warn(`warning: ${text}`));
}

function readNodeList(pieces: Iterable<Buffer>): NodeList {
  const reader = createNodeListReader();
  for (const piece of pieces) reader.feed(piece);
  return reader.end();
}

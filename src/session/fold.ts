import { resolve } from 'node:path';
import type { FoldRequest } from '../cli/fold-request.ts';
import { ExitCode } from '../errors.ts';
import { evaluateNodeSet } from '../nodeset/evaluate.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import { createFoldInput, type FoldInput } from '../nodetools/fold-input.ts';
import { createLabelledLineReader, setKey } from '../nodetools/labelled-lines.ts';
import { normalizeLines } from '../nodetools/normalize-bytes.ts';
import { chooseColor } from '../output/choose-color.ts';
import { createLineLabeller } from '../output/label-lines.ts';
import { createNaming } from '../output/naming.ts';
import { createScreen, type Screen } from '../output/screen.ts';
import { showFolded, type FoldNodes } from './fold-results.ts';
import { groupsOnDemand, type GroupsOnDemand } from './groups-on-demand.ts';
import { exitStatusOf } from './nodes-output.ts';
import { readStandardInput, standardInputIsTerminal } from './nodes-stdin.ts';
import { openOwnTerminal } from './own-terminal.ts';
import { readSurroundings } from './surroundings.ts';

/** `muster fold`: gathers `node: text` lines of standard input and shows them. Gives the exit status. */
export async function runFold(request: FoldRequest): Promise<number> {
  const surroundings = readSurroundings();
  const terminal = openOwnTerminal(surroundings);
  const color = chooseColor(request.color, { ...surroundings, mergeStderr: true });
  const screen = createScreen(terminal, { color, raw: request.raw });
  const groups = groupsOnDemand(request);
  const input = createFoldInput({
    interpretKeys: request.interpretKeys,
    evaluate: async (key) => [
      ...(await evaluateNodeSet(key, { resolver: groups, allowEmpty: request.allowEmpty })),
    ],
    normalize:
      request.normalize === undefined
        ? undefined
        : (node, lines) => normalizeLines(request.normalize!, node, lines),
    spillFolder: surroundings.temporaryFolder,
  });
  if (await standardInputIsTerminal()) {
    await terminal.stderr.write('muster: reading `node: text` lines from the terminal, Ctrl-D ends\n');
  }
  await readInput(request, input, screen);
  const { gather, interpreted, nodes } = input.end();
  const foldNodes = nameNodes(request, groups, interpreted);
  const naming = createNaming({ foldNodes, countInTitles: request.nodeCount, countInMessages: true });
  naming.begin(nodes);
  await showFolded(request, { terminal, screen, foldNodes, naming, gather });
  if (request.outdir !== undefined) {
    const { writeNodeFiles } = await import('./fold-files.ts');
    await writeNodeFiles(screen, gather, nodes, resolve(surroundings.cwd, request.outdir));
  }
  gather.close();
  for (const warning of await groups.warnings()) await terminal.stderr.write(`muster: ${warning}\n`);
  await terminal.stdout.flush();
  await terminal.stderr.flush();
  return exitStatusOf(terminal.stdout.failure, ExitCode.ok);
}

async function readInput(
  { separator, echo }: FoldRequest,
  input: FoldInput,
  { stdout }: Screen,
): Promise<void> {
  const reader = createLabelledLineReader(separator);
  const echoed = createLineLabeller({ label: 'INPUT ', mend: (lines) => lines });
  for (const piece of readStandardInput()) {
    if (echo) await stdout.write(echoed.feed(piece), 'latin1');
    for (const { key, lines } of reader.feed(piece)) {
      const wait = input.feed(key, lines);
      if (wait !== undefined) await wait;
    }
  }
  if (echo) await stdout.write(echoed.flush(), 'latin1');
  for (const { key, lines } of reader.end()) await input.feed(key, lines);
}

/** Headers name groups with -r; keys that are no node sets are names in which no character has a meaning. */
function nameNodes(
  { regroup, groupSource, hidePrefix }: FoldRequest,
  groups: GroupsOnDemand,
  interpreted: boolean,
): FoldNodes {
  const foldNames = (nodes: readonly string[]): string =>
    !interpreted && nodes.some((node) => setKey.test(node)) ? nodes.join() : NodeSet.of(nodes).toString();
  const intoGroups = async (nodes: readonly string[]): Promise<string> => {
    const { regroup: foldIntoGroups } = await import('../groups/regroup.ts');
    return foldIntoGroups(nodes, await groups.open(), {
      ...(groupSource === undefined ? {} : { source: groupSource }),
      hidePrefix,
    });
  };
  return regroup ? intoGroups : foldNames;
}

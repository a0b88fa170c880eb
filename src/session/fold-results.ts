import type { FoldRequest } from '../cli/fold-request.ts';
import type { Gather, GatheredText } from '../fanout/gather.ts';
import { buildTextTree, type TextBranch } from '../nodetools/text-tree.ts';
import { orderBlocks, type GatheredBlock } from '../output/gathered-blocks.ts';
import { blockHeader } from '../output/gathered-presenter.ts';
import { createLineLabeller } from '../output/label-lines.ts';
import { nodeLabel } from '../output/live-lines.ts';
import type { Naming } from '../output/naming.ts';
import { makeVisible } from '../output/printable.ts';
import type { Screen } from '../output/screen.ts';
import { writeText } from '../output/write-text.ts';

/** What was read, and how it is to be named and printed. */
export interface Folded {
  readonly screen: Screen;
  readonly naming: Naming;
  readonly gather: Gather;
  readonly nodes: readonly string[];
}

/** Shows gathered texts in the layout asked for. */
export async function showFolded(request: FoldRequest, folded: Folded): Promise<void> {
  switch (request.layout) {
    case 'blocks':
      return showBlocks(request, folded, byNode(folded));
    case 'gathered':
      return showBlocks(request, folded, byText(folded));
    case 'lines':
      return showLines(request, folded, byNode(folded));
    case 'gathered-lines':
      return showLines(request, folded, byText(folded));
    case 'tree':
      return showTree(request, folded);
    case 'diff': {
      const { createDiffPresenter } = await import('../output/diff-presenter.ts');
      const { screen, naming, gather } = folded;
      const collected = {
        gather,
        outcomes: new Map(),
        part: { output: () => {}, ended: () => {} },
        finish: () => Promise.resolve(),
      };
      await createDiffPresenter(screen, collected, { naming, programName: 'muster' }).end?.();
      return undefined;
    }
    case 'json': {
      const { showJson } = await import('./fold-json.ts');
      return showJson(folded, byText(folded));
    }
  }
}

type Block = Pick<GatheredBlock, 'nodes' | 'text'>;

/** One block a node, in the order of the set. */
function byNode({ gather, nodes, naming }: Folded): Block[] {
  const ordered = nodes.toSorted((a, b) => naming.rank(a) - naming.rank(b));
  return ordered.map((node) => ({ nodes: [node], text: gather.text(node)! }));
}

function byText({ gather, naming }: Folded): Block[] {
  return orderBlocks(gather.groups(), new Map(), naming.rank);
}

async function showBlocks(
  { label }: FoldRequest,
  { screen, naming }: Folded,
  blocks: readonly Block[],
): Promise<void> {
  for (const { nodes, text } of blocks) {
    if (screen.stdout.failure !== undefined) return;
    if (label) await screen.stdout.write(blockHeader(screen, await naming.title(nodes)));
    await writeText(screen, text);
  }
}

async function showLines(
  { label }: FoldRequest,
  { screen, naming }: Folded,
  blocks: readonly Block[],
): Promise<void> {
  for (const { nodes, text } of blocks) {
    if (screen.stdout.failure !== undefined) return;
    const lines = createLineLabeller({
      label: label ? nodeLabel(screen, 'stdout', await naming.fold(nodes)) : '',
      mend: (part) => screen.mend('stdout', part),
    });
    for (const piece of text.read()) {
      await screen.stdout.write(Buffer.from(lines.feed(piece), 'latin1'));
    }
    await screen.stdout.write(Buffer.from(lines.flush(), 'latin1'));
  }
}

async function showTree(request: FoldRequest, folded: Folded): Promise<void> {
  const texts = folded.gather.groups().map((text) => ({
    nodes: text.nodes,
    lines: textOf(text).replace(/\n$/, '').split('\n'),
  }));
  for (const branch of buildTextTree(texts)) await showBranch(request, folded, branch, '');
}

async function showBranch(
  request: FoldRequest,
  folded: Folded,
  { nodes, lines, branches }: TextBranch,
  indent: string,
): Promise<void> {
  const { screen, naming } = folded;
  const ordered = nodes.toSorted((a, b) => naming.rank(a) - naming.rank(b));
  if (request.label && request.lineMode) {
    await screen.stdout.write(`${await naming.fold(ordered)}:\n`);
  } else if (request.label) {
    await screen.stdout.write(
      blockHeader(screen, await naming.title(ordered)).replaceAll(/^(?=.)/gm, indent),
    );
  }
  const text = lines.map((line) => `${indent}${line}\n`).join('');
  await screen.stdout.write(screen.mends.stdout ? makeVisible(text) : text);
  for (const branch of branches) await showBranch(request, folded, branch, `${indent}  `);
}

/** The whole text as a string. */
export function textOf(text: GatheredText): string {
  return Buffer.concat(Array.from(text.read(), (piece) => Buffer.from(piece))).toString();
}

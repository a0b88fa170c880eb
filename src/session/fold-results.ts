import type { FoldRequest } from '../cli/fold-request.ts';
import type { Gather, GatheredText } from '../fanout/gather.ts';
import { buildTextTree, type TextBranch } from '../nodetools/text-tree.ts';
import { orderBlocks } from '../output/gathered-blocks.ts';
import { blockHeader } from '../output/gathered-presenter.ts';
import type { Naming } from '../output/naming.ts';
import { makeVisible } from '../output/printable.ts';
import type { Screen } from '../output/screen.ts';
import type { Terminal } from '../output/terminal.ts';

/** What was read, and how it is to be named and printed. */
export interface Folded {
  readonly terminal: Terminal;
  readonly screen: Screen;
  readonly foldNodes: FoldNodes;
  readonly naming: Naming;
  readonly gather: Gather;
}

/** How a set is written in headers. */
export type FoldNodes = (nodes: readonly string[]) => string | Promise<string>;

/** Shows gathered texts in the layout asked for. */
export async function showFolded(request: FoldRequest, folded: Folded): Promise<void> {
  const { layout } = request;
  const texts = folded.gather.groups();
  if (layout === 'tree') return showTree(request, folded, texts);
  if (layout === 'json') return showJson(folded, texts);
  const { showTexts } = await import('../output/show-texts.ts');
  const { screen, terminal, foldNodes } = folded;
  return showTexts(
    texts,
    {
      gather: layout === 'gathered' || layout === 'gathered-lines',
      lineMode: layout === 'lines' || layout === 'gathered-lines',
      diff: layout === 'diff',
      label: request.label,
      nodeCount: request.nodeCount,
      color: screen.color ? 'always' : 'never',
      raw: request.raw,
      foldNodes,
      programName: 'muster',
    },
    terminal,
  );
}

/** One document: each text once, with the nodes that have it. */
async function showJson({ screen, naming }: Folded, texts: readonly GatheredText[]): Promise<void> {
  await screen.stdout.write('{"texts":[');
  let comma = '';
  for (const { nodes, text } of orderBlocks(texts, new Map(), naming.rank)) {
    const document = { folded: await naming.fold(nodes), count: nodes.length, nodes, text: textOf(text) };
    await screen.stdout.write(comma + JSON.stringify(document));
    comma = ',';
  }
  await screen.stdout.write(']}\n');
}

async function showTree(
  request: FoldRequest,
  folded: Folded,
  gathered: readonly GatheredText[],
): Promise<void> {
  const texts = gathered.map((text) => ({
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
function textOf(text: GatheredText): string {
  return Buffer.concat(Array.from(text.read(), (piece) => Buffer.from(piece))).toString();
}

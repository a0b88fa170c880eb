import type { GatheredText } from '../fanout/gather.ts';
import { chooseColor, type ColorOption } from './choose-color.ts';
import { writeDifferences } from './diff-presenter.ts';
import { orderBlocks, type GatheredBlock } from './gathered-blocks.ts';
import { writeBlocks } from './gathered-presenter.ts';
import { createNaming } from './naming.ts';
import { createScreen } from './screen.ts';
import { writeLabelled } from './sorted-lines.ts';
import type { Terminal } from './terminal.ts';

export interface ShowTextsOptions {
  /** -b: nodes with the same text together; else a block a node, in the order of the set. */
  readonly gather: boolean;
  /** -L: `node: line`; with -b `set: line`, text by text. */
  readonly lineMode: boolean;
  /** --diff: differences from the text of the most nodes. */
  readonly diff: boolean;
  /** False for -N. */
  readonly label: boolean;
  readonly nodeCount: boolean;
  readonly color: ColorOption;
  readonly raw: boolean;
  readonly foldNodes?: (nodes: readonly string[]) => string | Promise<string>;
  readonly programName: string;
}

/** Shows texts that were gathered elsewhere (createLineGather) as clubak does: the same bytes as a run's. */
export async function showTexts(
  texts: readonly GatheredText[],
  options: ShowTextsOptions,
  terminal: Terminal,
): Promise<void> {
  const naming = createNaming({
    foldNodes: options.foldNodes,
    countInTitles: options.nodeCount,
    countInMessages: true,
  });
  naming.begin(texts.flatMap(({ nodes }) => nodes));
  const color = chooseColor(options.color === 'auto' ? undefined : options.color, {
    env: terminal.colors === 'none' ? { TERM: 'dumb' } : {},
    stdoutIsTTY: terminal.stdout.isTTY,
    stderrIsTTY: terminal.stderr.isTTY,
  });
  const screen = createScreen(terminal, { color, raw: options.raw });
  const gathers = options.gather || options.diff;
  const blocks = gathers ? orderBlocks(texts, new Map(), naming.rank) : nodeByNode(texts, naming.rank);

  if (options.diff) {
    await writeDifferences(screen, blocks, { naming, programName: options.programName });
  } else if (options.lineMode) {
    for (const { nodes, text } of blocks) {
      await writeLabelled(screen, text, options.label ? await naming.fold(nodes) : undefined);
    }
  } else {
    await writeBlocks(screen, blocks, { naming, header: options.label });
  }
  await Promise.all([terminal.stdout.flush(), terminal.stderr.flush()]);
}

function nodeByNode(texts: readonly GatheredText[], rank: (node: string) => number): GatheredBlock[] {
  const blocks = texts.flatMap((text) =>
    text.nodes.map((node) => ({ nodes: [node], outcome: undefined, text })),
  );
  return blocks.sort((a, b) => rank(a.nodes[0]!) - rank(b.nodes[0]!));
}

import type { CollectedOutput } from './collect-output.ts';
import { orderBlocks, type GatheredBlock } from './gathered-blocks.ts';
import type { Naming } from './naming.ts';
import type { PresenterPart } from './run-presenter.ts';
import { Ansi, paint, type Screen } from './screen.ts';
import { writeText } from './write-text.ts';

/** At the end, each text once, under the nodes that sent it. Nodes without output do not appear. */
export function createGatheredPresenter(
  screen: Screen,
  collected: CollectedOutput,
  options: BlockOptions,
): PresenterPart {
  return {
    ...collected.part,
    async end() {
      const { gather, outcomes } = collected;
      await writeBlocks(screen, orderBlocks(gather.groups(), outcomes, options.naming.rank), options);
      await collected.finish();
    },
  };
}

export interface BlockOptions {
  readonly naming: Naming;
  /** False for -N: only the texts. */
  readonly header: boolean;
}

/** Writes blocks in the order given. */
export async function writeBlocks(
  screen: Screen,
  blocks: readonly GatheredBlock[],
  { naming, header }: BlockOptions,
): Promise<void> {
  for (const { nodes, text } of blocks) {
    if (text.bytes === 0) {
      continue;
    }
    if (header) {
      await screen.stdout.write(blockHeader(screen, await naming.title(nodes)));
    }
    await writeText(screen, text);
  }
}

/** Fifteen dashes, the set, fifteen dashes: clush's bytes. */
export function blockHeader(screen: Screen, title: string): string {
  const dashes = '-'.repeat(15);
  return `${paint(screen, Ansi.stdoutLabel, `${dashes}\n${title}\n${dashes}`)}\n`;
}

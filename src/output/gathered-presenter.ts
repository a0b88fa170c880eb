import type { CollectedOutput } from './collect-output.ts';
import { orderBlocks } from './gathered-blocks.ts';
import type { Naming } from './naming.ts';
import type { PresenterPart } from './run-presenter.ts';
import { Ansi, paint, type Screen } from './screen.ts';
import { writeText } from './write-text.ts';

/** At the end, each text once, under the nodes that sent it. Nodes without output do not appear. */
export function createGatheredPresenter(
  screen: Screen,
  collected: CollectedOutput,
  options: { readonly naming: Naming; readonly header: boolean },
): PresenterPart {
  const { naming } = options;
  return {
    ...collected.part,
    async end() {
      const { gather, outcomes } = collected;
      for (const { nodes, text } of orderBlocks(gather.groups(), outcomes, naming.rank)) {
        if (text.bytes === 0) {
          continue;
        }
        if (options.header) {
          await screen.stdout.write(blockHeader(screen, await naming.title(nodes)));
        }
        await writeText(screen, text);
      }
      await collected.finish();
    },
  };
}

/** Fifteen dashes, the set, fifteen dashes: clush's bytes. */
export function blockHeader(screen: Screen, title: string): string {
  const dashes = '-'.repeat(15);
  return `${paint(screen, Ansi.stdoutLabel, `${dashes}\n${title}\n${dashes}`)}\n`;
}

import type { GatheredText } from '../fanout/gather.ts';
import type { CollectedOutput } from './collect-output.ts';
import { createLineLabeller } from './label-lines.ts';
import { nodeLabel } from './live-lines.ts';
import type { Naming } from './naming.ts';
import { outcomeOrder } from './outcome-text.ts';
import type { PresenterPart } from './run-presenter.ts';
import type { Screen } from './screen.ts';

/** -L: at the end `node: line`, nodes ordered by exit code, then by their place in the set. */
export function createSortedLines(
  screen: Screen,
  collected: CollectedOutput,
  options: { readonly naming: Naming; readonly label: boolean },
): PresenterPart {
  const { rank } = options.naming;
  return {
    ...collected.part,
    async end() {
      const ended = [...collected.outcomes].sort(
        ([a, ofA], [b, ofB]) => outcomeOrder(ofA) - outcomeOrder(ofB) || rank(a) - rank(b),
      );
      for (const [node] of ended) {
        await writeLabelled(screen, collected.gather.text(node)!, options.label ? node : undefined);
      }
      await collected.finish();
    },
  };
}

/** Writes a text with `title: ` before each line, or bare. */
export async function writeLabelled(
  screen: Screen,
  text: GatheredText,
  title: string | undefined,
): Promise<void> {
  const lines = createLineLabeller({
    label: title === undefined ? '' : nodeLabel(screen, 'stdout', title),
    mend: (part) => screen.mend('stdout', part),
    longLines: 'continue',
  });
  for (const piece of text.read()) {
    await screen.stdout.write(lines.feed(piece), 'latin1');
  }
  await screen.stdout.write(lines.flush(), 'latin1');
}

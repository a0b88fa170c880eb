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
  const print = (latin1: string): void | Promise<void> => screen.stdout.write(Buffer.from(latin1, 'latin1'));
  return {
    ...collected.part,
    async end() {
      const ended = [...collected.outcomes].sort(
        ([a, ofA], [b, ofB]) => outcomeOrder(ofA) - outcomeOrder(ofB) || rank(a) - rank(b),
      );
      for (const [node] of ended) {
        const lines = createLineLabeller({
          label: options.label ? nodeLabel(screen, 'stdout', node) : '',
          mend: (text) => screen.mend('stdout', text),
        });
        for (const piece of collected.gather.text(node)!.read()) {
          await print(lines.feed(piece));
        }
        await print(lines.flush());
      }
      await collected.finish();
    },
  };
}

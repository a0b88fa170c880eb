import { diffLines } from '../fanout/diff.ts';
import type { GatheredText } from '../fanout/gather.ts';
import type { CollectedOutput } from './collect-output.ts';
import { orderBlocks } from './gathered-blocks.ts';
import type { Naming } from './naming.ts';
import { makeVisible } from './printable.ts';
import type { PresenterPart } from './run-presenter.ts';
import { Ansi, paint, type Screen } from './screen.ts';

/** Comparing line by line needs both texts as strings. */
const MAX_COMPARED_BYTES = 64 * 1024 * 1024;

/**
 * --diff: how each output differs from the reference, which is that of the lowest exit code, then of the most nodes,
 * then of the first node. Prints nothing when all are the same. Nodes on which nothing ran take no part.
 */
export function createDiffPresenter(
  screen: Screen,
  collected: CollectedOutput,
  options: { readonly naming: Naming; readonly programName: string },
): PresenterPart {
  const { naming } = options;
  return {
    ...collected.part,
    async end() {
      const blocks = orderBlocks(collected.gather.groups(), collected.outcomes, naming.rank).filter(
        ({ outcome }) =>
          outcome === undefined || !['not-started', 'refused', 'skipped'].includes(outcome.kind),
      );
      const [reference, ...others] = blocks;
      for (const other of others) {
        if (other.text === reference!.text) {
          continue;
        }
        if (Math.max(other.text.bytes, reference!.text.bytes) > MAX_COMPARED_BYTES) {
          const names = await naming.counted(other.nodes);
          await screen.stderr.write(
            `${options.programName}: ${names}: output differs, too long to compare\n`,
          );
          continue;
        }
        const hunks = await diffLines(textOf(screen, reference!.text), textOf(screen, other.text));
        const lines = [
          paint(screen, Ansi.bold, `--- ${await naming.title(reference!.nodes)}`),
          paint(screen, Ansi.bold, `+++ ${await naming.title(other.nodes)}`),
        ];
        for (const hunk of hunks) {
          lines.push(paint(screen, Ansi.hunk, hunk.header));
          for (const line of hunk.lines) {
            lines.push(paintLine(screen, line));
          }
        }
        await screen.stdout.write(`${lines.join('\n')}\n`);
      }
      await collected.finish();
    },
  };
}

function paintLine(screen: Screen, line: string): string {
  if (line.startsWith('-')) {
    return paint(screen, Ansi.removed, line);
  }
  return line.startsWith('+') ? paint(screen, Ansi.added, line) : line;
}

function textOf(screen: Screen, text: GatheredText): string {
  const bytes = Buffer.concat(Array.from(text.read(), (piece) => Buffer.from(piece)));
  const string = bytes.toString('utf8');
  return screen.mends.stdout ? makeVisible(string) : string;
}

import { diffLines } from '../fanout/diff.ts';
import type { GatheredText } from '../fanout/gather.ts';
import type { CollectedOutput } from './collect-output.ts';
import { orderBlocks, type GatheredBlock } from './gathered-blocks.ts';
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
  options: DiffOptions,
): PresenterPart {
  return {
    ...collected.part,
    async end() {
      const blocks = orderBlocks(collected.gather.groups(), collected.outcomes, options.naming.rank).filter(
        ({ outcome }) =>
          outcome === undefined || !['not-started', 'refused', 'skipped'].includes(outcome.kind),
      );
      await writeDifferences(screen, blocks, options);
      await collected.finish();
    },
  };
}

export interface DiffOptions {
  readonly naming: Naming;
  readonly programName: string;
}

/** Writes how the texts of all blocks differ from that of the first. */
export async function writeDifferences(
  screen: Screen,
  [reference, ...others]: readonly GatheredBlock[],
  { naming, programName }: DiffOptions,
): Promise<void> {
  for (const other of others) {
    if (other.text === reference!.text) {
      continue;
    }
    if (Math.max(other.text.bytes, reference!.text.bytes) > MAX_COMPARED_BYTES) {
      const names = await naming.counted(other.nodes);
      await screen.stderr.write(`${programName}: ${names}: output differs, too long to compare\n`);
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

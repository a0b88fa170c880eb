import type { OutputStream } from '../fanout/executor.ts';
import { createLineLabeller, type LineLabeller } from './label-lines.ts';
import { makeVisibleLine } from './printable.ts';
import type { PresenterPart } from './run-presenter.ts';
import { Ansi, paint, type Screen } from './screen.ts';

export interface LiveLinesOptions {
  /** The streams shown as they come. */
  readonly streams: readonly OutputStream[];
  /** False: lines without `node: `. */
  readonly label: boolean;
  readonly programName: string;
}

/** `node: line` as lines arrive, stdout to stdout, stderr to stderr. */
export function createLiveLines(screen: Screen, options: LiveLinesOptions): PresenterPart {
  let alone = false;
  const labellers = { stdout: new Map<string, LineLabeller>(), stderr: new Map<string, LineLabeller>() };

  const labellerOf = (node: string, stream: OutputStream): LineLabeller => {
    let labeller = labellers[stream].get(node);
    if (labeller === undefined) {
      const label = options.label ? nodeLabel(screen, stream, node) : '';
      labeller = createLineLabeller({
        label,
        mend: (lines) => screen.mend(stream, lines),
        longLines: alone ? 'continue' : 'split',
      });
      labellers[stream].set(node, labeller);
    }
    return labeller;
  };

  const print = (stream: OutputStream, latin1: string): void | Promise<void> =>
    latin1 === '' ? undefined : screen[stream].write(latin1, 'latin1');

  return {
    begin(nodes) {
      alone = nodes.length === 1;
    },
    output: (node, stream, chunk) =>
      options.streams.includes(stream) ? print(stream, labellerOf(node, stream).feed(chunk)) : undefined,
    async ended({ node }) {
      for (const stream of options.streams) {
        const labeller = labellers[stream].get(node);
        if (labeller !== undefined) {
          labellers[stream].delete(node);
          await print(stream, labeller.flush());
          if (labeller.splitLines > 0) {
            const text = `${options.programName}: ${makeVisibleLine(node)}: a line longer than 1 MiB was split`;
            await screen.stderr.write(`${text}\n`);
          }
        }
      }
    },
  };
}

/** The label of a node's lines, coloured, as latin1 of its UTF-8 bytes. */
export function nodeLabel(screen: Screen, stream: OutputStream, node: string): string {
  const code = stream === 'stdout' ? Ansi.stdoutLabel : Ansi.stderrLabel;
  return Buffer.from(paint(screen, code, `${makeVisibleLine(node)}: `), 'utf8').toString('latin1');
}

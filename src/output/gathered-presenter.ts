import { createGather } from '../fanout/gather.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { orderBlocks } from './gathered-blocks.ts';
import { createLineLabeller, type LineLabeller } from './label-lines.ts';
import { makeVisibleLine } from './printable.ts';
import type { PresenterPart } from './run-presenter.ts';
import { Ansi, paint, type Screen } from './screen.ts';
import { writeText } from './write-text.ts';

export interface GatheredPresenterOptions {
  readonly fold: (nodes: readonly string[]) => string | Promise<string>;
  /** Place of a node in the set's own order. */
  readonly rank: (node: string) => number;
  /** -B: stderr is gathered too, lines in the order in which they came. */
  readonly mergeStderr: boolean;
  readonly header: boolean;
  readonly nodeCount: boolean;
  readonly memoryBudget: number | undefined;
  readonly spillFolder: string | undefined;
}

/** At the end, each text once, under the nodes that sent it. Nodes without output do not appear. */
export function createGatheredPresenter(screen: Screen, options: GatheredPresenterOptions): PresenterPart {
  const gather = createGather({
    ...(options.memoryBudget === undefined ? {} : { memoryBudget: options.memoryBudget }),
    ...(options.spillFolder === undefined ? {} : { spillFolder: options.spillFolder }),
  });
  const outcomes = new Map<string, NodeOutcome>();
  const lines = options.mergeStderr ? createLineMerger((node, chunk) => gather.feed(node, chunk)) : undefined;

  return {
    output(node, stream, chunk) {
      if (lines !== undefined) {
        lines.feed(node, stream, chunk);
      } else if (stream === 'stdout') {
        gather.feed(node, chunk);
      }
    },
    ended({ node, outcome }) {
      lines?.end(node);
      gather.end(node);
      outcomes.set(node, outcome);
    },
    async end() {
      for (const { nodes, text } of orderBlocks(gather.groups(), outcomes, options.rank)) {
        if (text.bytes === 0) {
          continue;
        }
        if (options.header) {
          const count = options.nodeCount && nodes.length > 1 ? ` (${nodes.length})` : '';
          await screen.stdout.write(
            blockHeader(screen, `${makeVisibleLine(await options.fold(nodes))}${count}`),
          );
        }
        await writeText(screen, text);
      }
      gather.close();
    },
  };
}

/** Fifteen dashes, the set, fifteen dashes: clush's bytes. */
export function blockHeader(screen: Screen, title: string): string {
  const dashes = '-'.repeat(15);
  return `${paint(screen, Ansi.stdoutLabel, `${dashes}\n${title}\n${dashes}`)}\n`;
}

/** Two streams of one node become one of whole lines, in the order in which the lines were completed. */
function createLineMerger(feed: (node: string, chunk: Buffer) => void): {
  feed(node: string, stream: string, chunk: Buffer): void;
  end(node: string): void;
} {
  const pending = new Map<string, Map<string, LineLabeller>>();
  const pass = (node: string, lines: string): void => {
    if (lines !== '') {
      feed(node, Buffer.from(lines, 'latin1'));
    }
  };
  return {
    feed(node, stream, chunk) {
      let streams = pending.get(node);
      if (streams === undefined) {
        streams = new Map();
        pending.set(node, streams);
      }
      let lines = streams.get(stream);
      if (lines === undefined) {
        lines = createLineLabeller({ label: '', mend: (text) => text });
        streams.set(stream, lines);
      }
      pass(node, lines.feed(chunk));
    },
    end(node) {
      for (const lines of pending.get(node)?.values() ?? []) {
        pass(node, lines.flush());
      }
      pending.delete(node);
    },
  };
}

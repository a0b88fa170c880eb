import { createGather, type Gather } from '../fanout/gather.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { createLineLabeller, type LineLabeller } from './label-lines.ts';
import { makeVisibleLine } from './printable.ts';
import type { PresenterPart } from './run-presenter.ts';
import type { Screen } from './screen.ts';

export interface CollectOptions {
  /** -B: stderr is gathered too, lines in the order in which they came. */
  readonly mergeStderr: boolean;
  readonly programName: string;
  readonly memoryBudget: number | undefined;
  readonly spillFolder: string | undefined;
}

/** What the nodes have sent and how they ended, for output shown at the end. */
export interface CollectedOutput {
  readonly gather: Gather;
  readonly outcomes: ReadonlyMap<string, NodeOutcome>;
  /** Collects while the run goes on. */
  readonly part: Required<Pick<PresenterPart, 'output' | 'ended'>>;
  /** Says which texts could not be kept, and frees them all. */
  finish(): Promise<void>;
}

export function collectOutput(screen: Screen, options: CollectOptions): CollectedOutput {
  const gather = createGather({
    ...(options.memoryBudget === undefined ? {} : { memoryBudget: options.memoryBudget }),
    ...(options.spillFolder === undefined ? {} : { spillFolder: options.spillFolder }),
  });
  const outcomes = new Map<string, NodeOutcome>();
  const merger = options.mergeStderr ? mergeLines((node, lines) => gather.feed(node, lines)) : undefined;

  return {
    gather,
    outcomes,
    part: {
      output(node, stream, chunk) {
        if (merger !== undefined) {
          merger.feed(node, stream, chunk);
        } else if (stream === 'stdout') {
          gather.feed(node, chunk);
        }
      },
      ended({ node, outcome }) {
        merger?.end(node);
        gather.end(node);
        outcomes.set(node, outcome);
      },
    },
    async finish() {
      for (const { nodes, cut } of gather.groups()) {
        if (cut !== undefined) {
          const names = makeVisibleLine(nodes.join(','));
          await screen.stderr.write(
            `${options.programName}: ${names}: output was not kept to its end: ${makeVisibleLine(cut)}\n`,
          );
        }
      }
      gather.close();
    },
  };
}

/** Two streams of one node become one of whole lines, in the order in which the lines were completed. */
function mergeLines(feed: (node: string, lines: Buffer) => void): {
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

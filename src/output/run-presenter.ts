import type { FanoutObserver } from '../fanout/observer.ts';
import type { OutputNormalizer } from '../nodetools/normalize-bytes.ts';
import type { ColorOption } from './choose-color.ts';

/** Shows one fan-out to the user. */
export interface RunPresenter extends FanoutObserver {
  /** Called once, with the nodes in the order of execution. */
  begin(nodes: readonly string[]): void | Promise<void>;
  /** Ctrl-C: says so; what came so far follows in `end()`. */
  interrupted?(): void;
  /** Prints everything still to print: gathered blocks, differences, outcome messages. */
  end(): Promise<void>;
}

/** A presenter for one concern; those of a run are called in order. */
export type PresenterPart = Partial<RunPresenter>;

export interface PresenterOptions {
  /** -b: at the end, nodes with the same output together. */
  readonly gather: boolean;
  /** -B: as -b, stderr with stdout. */
  readonly mergeStderr: boolean;
  /** -L: at the end, `node: line`; with -b live, each line once every node has sent it. */
  readonly lineMode: boolean;
  /** False for -N: no labels, no headers. */
  readonly label: boolean;
  /** Differences against the largest group with the lowest exit code. */
  readonly diff: boolean;
  /** -q: no progress, no counts, no notes. */
  readonly quiet: boolean;
  /** -v: with -b also live lines. */
  readonly verbose: boolean;
  /** -P: true; `auto`: when results come at the end and stderr is a terminal. */
  readonly progress: boolean | 'auto';
  /** -S; with -q it also mutes the messages about exit codes and timeouts. */
  readonly maxRc: boolean;
  /** `(3)` after a set in a header. */
  readonly nodeCount: boolean;
  readonly color: ColorOption;
  /** Remote output reaches the terminal untouched. */
  readonly raw: boolean;
  /** One document at the end, or one event a line. Remote stderr is in it then, messages stay on stderr. */
  readonly json?: 'document' | 'lines';
  /** Also write each node's stdout to a file in this folder. */
  readonly outdir?: string;
  /** Also write each node's stderr to a file in this folder. */
  readonly errdir?: string;
  /** Folds nodes for headers and messages (-r: into groups). Default: the folded node set. */
  readonly foldNodes?: (nodes: readonly string[]) => string | Promise<string>;
  /** Applied to output that is compared: gathered, by -L, or to show differences. A new one for each stream. */
  readonly normalizer?: () => OutputNormalizer;
  /** Begins every message: `muster`. */
  readonly programName: string;
  /** Bytes of distinct gathered text kept in memory; more goes to a temporary file. Default: 64 MiB. */
  readonly memoryBudget?: number;
  /** Folder of that file; default: the system's. */
  readonly spillFolder?: string;
}

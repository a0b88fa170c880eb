import type { NodeOutcome } from '../fanout/outcome.ts';

/**
 * A command that lives on the node by itself: neither the end of the connection nor the end of muster ends it, and no
 * id ever runs twice.
 */
export interface JobSpec {
  /** `[A-Za-z0-9][A-Za-z0-9._-]*`, at most 180 characters, unique for run, node, step and attempt. */
  readonly id: string;
  /** A script for the node's `sh`, run in the home folder. It gets no standard input. */
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  /**
   * More environment, of values nobody else may read: they travel on standard input, lie in a file of the job's owner
   * alone, and the job's first line deletes it.
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /** As root through `sudo -n`; means nothing where the login is root. */
  readonly sudo?: boolean;
}

/** What the node itself proves about a job. */
export type JobState =
  /** The node knows no such id. After an `unknown` start, start the same id again: the first request may still come. */
  | { readonly kind: 'none' }
  /** @see JobState startedAt is the node's clock, ISO 8601 in UTC; null: about to begin */
  | { readonly kind: 'running'; readonly startedAt: string | null }
  /** `output`: at most its last 64 KiB, stdout and stderr as they came. `code` above 128: 128 + signal, as sh says it. */
  | { readonly kind: 'done'; readonly code: number; readonly output: string }
  /**
   * It ended without an exit status: killed, or the node went down. `started: false`: it never ran, and with this id
   * never will.
   */
  | { readonly kind: 'lost'; readonly started: boolean; readonly bootChanged: boolean };

/** The node cannot be asked, or cannot answer; `message` is a sentence fragment without the node's name. */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly outcome: NodeOutcome;
  readonly message: string;
}

export type JobStart =
  | { readonly kind: 'started' }
  /** This id was started before; see its state. */
  | { readonly kind: 'exists' }
  /** Provably nothing was started. */
  | { readonly kind: 'failed'; readonly outcome: NodeOutcome; readonly message: string }
  /** The request was sent and no answer came. */
  | { readonly kind: 'unknown'; readonly outcome: NodeOutcome; readonly message: string };

export interface FollowOptions {
  /** Bytes of the job's output, each exactly once and in order, whatever became of the connection meanwhile. */
  readonly onOutput?: (chunk: Buffer) => void;
  /** Bytes of output already seen; default: 0. */
  readonly from?: number;
  /** How long the node may be silent before it is given up, milliseconds. A silent job on a node that answers is none. */
  readonly timeoutMs: number;
  /** The node does not answer; it is asked again with growing pauses. */
  readonly onAway?: (why: string) => void;
  /** It answers again. */
  readonly onBack?: () => void;
}

/** Kept output of one job. */
export interface JobOutput {
  readonly kind: 'output';
  readonly bytes: Buffer;
}

/** Jobs on nodes. What can happen to a node is a value; methods reject only for bugs and hostile ids. */
export interface Jobs {
  /** Starts it exactly once: a second start of the same id answers `exists`. */
  start(node: string, spec: JobSpec, signal: AbortSignal): Promise<JobStart>;
  state(node: string, id: string, signal: AbortSignal): Promise<JobState | Unreachable>;
  /** Follows until the job is over; never ends the job, also not on abort (`unreachable` with outcome `cancelled`). */
  follow(
    node: string,
    id: string,
    options: FollowOptions,
    signal: AbortSignal,
  ): Promise<JobState | Unreachable>;
  /** All that is kept of what it wrote. */
  output(node: string, id: string, signal: AbortSignal): Promise<JobOutput | Unreachable>;
  /** Deletes what is kept of jobs that are over and whose id begins with `prefix`; tells which. Leaves running ones. */
  remove(
    node: string,
    prefix: string,
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'removed'; readonly ids: readonly string[] } | Unreachable>;
}

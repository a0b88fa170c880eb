import type { NodeOutcome } from '../fanout/outcome.ts';

/** Facts a step leaves in the journal: versions, timelines, exit codes. Never secrets. */
export type Evidence = Readonly<Record<string, string | number | boolean | null>>;

/** What a step's check twin says, before the step: it only reads, and may run any number of times. */
export type StepCheck =
  /** Already so: the step is passed over. */
  | { readonly kind: 'satisfied'; readonly evidence?: Evidence }
  /** Something to do. */
  | { readonly kind: 'needed'; readonly why?: string }
  /** Doing it would harm, or the facts are not those of the plan: the run stops before the effect. */
  | { readonly kind: 'refused'; readonly message: string; readonly hint?: string };

/** How a step ended. A failure is data; a step throws only for bugs. */
export type StepResult =
  | { readonly kind: 'done'; readonly evidence?: Evidence }
  /** What is left on the node is known. */
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly hint?: string;
      /** The last lines of what was printed. */
      readonly output?: string;
      readonly outcome?: NodeOutcome;
      readonly evidence?: Evidence;
    }
  /** It may have happened, it may still happen. Nothing goes on here until somebody looked. */
  | { readonly kind: 'unknown'; readonly message: string; readonly hint?: string; readonly output?: string }
  /** Asked to hold while it waited: nothing was done that a resume would not do again. */
  | { readonly kind: 'held'; readonly message: string }
  /** muster leaves while it goes on by itself: no result is recorded, a resume looks for its end. */
  | { readonly kind: 'left'; readonly message: string };

/** What a step is given. */
export interface StepContext {
  /** Which try this is, from 1: part of a remote job's id, so that no try runs twice. */
  readonly attempt: number;
  /** Name of this try on the node: run, node, step and attempt. Unique, [A-Za-z0-9._-]. */
  readonly jobId: string;
  /** Aborted when the run is to hold: gates and waits give up, effects go on to their end. */
  readonly hold: AbortSignal;
  /** Aborted when muster leaves: stop looking on; what runs on a node is left alone. */
  readonly detach: AbortSignal;
  /** What it is doing or waiting for, a few words for the live view. */
  note(text: string): void;
  /** What the step's command prints, as it comes. */
  output(chunk: Buffer): void;
  /** Names a moment at which the process might die; tests end it here. */
  boundary(name: string): void;
}

/** One thing done on one node. */
export interface Step {
  /** Unique within its node; [A-Za-z0-9._-]: `install`. Names the step in the journal, also years later. */
  readonly id: string;
  /** What a plan says of it: `restart PostgreSQL`. */
  readonly title: string;
  /** `gate`: only looks and waits, is never recorded as an effect, and runs again on resume. */
  readonly kind: 'effect' | 'gate';
  check?(context: StepContext): Promise<StepCheck>;
  run(context: StepContext): Promise<StepResult>;
  /**
   * After a death between intent and result: what became of this try, by evidence from the node.
   * `not-started`: provably nothing happened, it may run. Without it the check twin decides, and what it calls needed
   * is run again: so only steps that may run twice can do without.
   */
  recover?(context: StepContext): Promise<StepResult | { readonly kind: 'not-started' }>;
  /** So many more tries after a failure, each with its own record. */
  readonly retries?: number;
  /** May run again when the journal says done and the check says needed: a drain that a reload undid. */
  readonly repeatable?: boolean;
  /** Takes back what the step did; recorded, and offered by abort. Must be repeatable. */
  readonly undo?: {
    readonly title: string;
    /** What is so on the node until then, for a person who finds the run stopped: `clients are led away`. */
    readonly stands?: string;
    /** It ends with the step itself, when that ends well. */
    readonly untilDone?: true;
    run(context: StepContext): Promise<StepResult>;
  };
  /** Once done, nothing of what earlier steps of the stage left is so any more. */
  readonly ends?: true;
}

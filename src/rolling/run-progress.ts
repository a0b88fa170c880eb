import { JournalError } from '../journal/journal-error.ts';
import { nodesOf, type RollingOptions, type RollingPlan } from './plan.ts';
import type { StepTools } from './run-step.ts';

/** How a run ended; `held` and `failed` can be resumed. */
export interface RollingEnd {
  readonly kind:
    | 'done'
    /** Asked to, or waiting for something that did not come. */
    | 'held'
    /** Too many nodes failed. */
    | 'failed'
    /** Of some step nobody knows whether it happened. */
    | 'unknown';
  /** One sentence; of `done` only when some nodes failed. */
  readonly reason?: string;
  readonly hint?: string;
  /** Nodes whose stage failed in this part of the run. */
  readonly failed: readonly string[];
  readonly doubtful: readonly string[];
  /** An effect was begun: without one, nothing is changed. */
  readonly changed: boolean;
}

/** What lanes tell each other. */
export interface RunProgress {
  /** May a lane of this batch start a stage now? */
  mayStart(batch: number): boolean;
  /** Why nothing new starts anywhere; undefined while it does. */
  stopped(): string | undefined;
  hold(reason: string, hint?: string): void;
  failed(node: string, message: string, batch: number, hint?: string): void;
  doubtful(node: string, message: string, hint?: string): void;
  /** The journal failed, or a bug: nothing goes on. */
  crashed(error: unknown): void;
  end(): RollingEnd;
}

export function startProgress(
  plan: RollingPlan,
  options: RollingOptions,
  { hold, ledger, observer }: StepTools,
): RunProgress {
  const failures = new Map<string, string>();
  const doubts = new Map<string, string>();
  let held: string | undefined;
  let hint: string | undefined;
  let bug: unknown;
  /** With finish-batch: the batch in which too many failed may still be carried through. */
  let finishing: number | undefined;

  const tooMany = () => failures.size > options.maxFailures;
  const reason = (): string | undefined => {
    if (doubts.size > 0) return [...doubts].map(([node, message]) => `${node}: ${message}`).join('; ');
    if (held !== undefined) return held;
    if (tooMany()) {
      const [node, message] = [...failures].at(-1)!;
      return failures.size === 1
        ? `${node}: ${message}`
        : `${failures.size} nodes failed, the last: ${node}: ${message}`;
    }
    return hold.aborted ? whyHeld(hold) : undefined;
  };
  const tell = (): void => {
    const why = reason();
    if (why !== undefined) observer.stopping?.(why);
  };

  return {
    mayStart(batch) {
      if (hold.aborted || held !== undefined || doubts.size > 0 || bug !== undefined) return false;
      return !tooMany() || finishing === batch;
    },
    stopped: () => (bug === undefined ? reason() : 'a bug'),
    hold(why, what) {
      held ??= why;
      hint ??= what;
      tell();
    },
    failed(node, message, batch, what) {
      failures.set(node, message);
      hint ??= what;
      if (tooMany() && options.onFailure === 'finish-batch') finishing ??= batch;
      if (tooMany()) tell();
    },
    doubtful(node, message, what) {
      doubts.set(node, message);
      hint = what ?? hint;
      tell();
    },
    crashed(error) {
      if (error instanceof JournalError) {
        held ??= error.message;
        hint ??= error.hint;
      } else bug ??= error;
      tell();
    },
    end() {
      if (bug !== undefined) throw bug;
      const why = reason();
      const complete = why === undefined;
      const kind =
        doubts.size > 0
          ? 'unknown'
          : complete
            ? 'done'
            : tooMany() && held === undefined && !hold.aborted
              ? 'failed'
              : 'held';
      const someFailed =
        failures.size === 0 ? undefined : `${failures.size} of ${nodesOf(plan).length} nodes failed`;
      const said = why ?? someFailed;
      return {
        kind,
        ...(said === undefined ? {} : { reason: said }),
        ...(hint === undefined ? {} : { hint }),
        failed: [...failures.keys()],
        doubtful: [...doubts.keys()],
        changed: ledger.hasEffects(),
      };
    },
  };
}

/** Why the run is to hold: a person's Ctrl-C has no words of its own. */
export function whyHeld(hold: AbortSignal): string {
  return typeof hold.reason === 'string' ? hold.reason : 'asked to hold';
}

import type { StepResult } from './step.ts';

/** Where something happens. */
export interface StepPlace {
  readonly lane: string;
  readonly node: string;
  readonly step: string;
  readonly title: string;
}

/** How a step went, as an observer sees it; `passed` steps had nothing to do. */
export type StepEnd = StepResult | { readonly kind: 'passed'; readonly message?: string };

/** Sees a rolling run as it happens. */
export interface RollingObserver {
  batchStarted?(batch: number, lanes: readonly string[]): void;
  stageStarted?(lane: string, node: string): void;
  stepStarted?(place: StepPlace, how: 'run' | 'recover' | 'undo'): void;
  /** What it waits for. */
  note?(place: StepPlace, text: string): void;
  output?(place: StepPlace, chunk: Buffer): void;
  stepEnded?(place: StepPlace, end: StepEnd, durationMs: number): void;
  stageEnded?(
    lane: string,
    node: string,
    state: 'done' | 'failed' | 'unknown' | 'held',
    durationMs: number,
  ): void;
  /** Nothing new starts any more, and why. */
  stopping?(reason: string): void;
}

import type { NodeOutcome } from '../fanout/outcome.ts';
import type { Operator } from './records.ts';

/** Second record of a rolling run: all that is needed to go on with it, and what it promised. */
export interface PlanRecord {
  readonly type: 'plan';
  readonly hash: string;
  /** What the plan was made from; whoever made it reads it again on resume. Secrets are not part of it. */
  readonly spec: unknown;
  readonly lanes: readonly PlannedLane[];
}

export interface PlannedLane {
  readonly name: string;
  readonly batch: number;
  readonly stages: readonly {
    readonly node: string;
    readonly steps: readonly PlannedStep[];
  }[];
}

export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  /** What is so on the node from this step on, until it is taken back or a step that `ends` it is done. */
  readonly stands?: string;
  /** It ends with the step itself, when that ends well. */
  readonly untilDone?: true;
  readonly ends?: true;
}

/** Which try of which step. */
export interface StepName {
  readonly lane: string;
  readonly node: string;
  readonly step: string;
  /** From 1. */
  readonly attempt: number;
}

/** Written and on disk before the step's effect. */
export interface IntentRecord extends StepName {
  readonly type: 'intent';
  readonly at: string;
  readonly title: string;
  /** The step is being taken back. */
  readonly undo?: true;
}

/** What became of it; `satisfied` has no intent before it: there was nothing to do. */
export interface ResultRecord extends StepName {
  readonly type: 'result';
  readonly at: string;
  readonly result: 'done' | 'satisfied' | 'failed' | 'unknown' | 'held';
  readonly undo?: true;
  readonly message?: string;
  readonly output?: string;
  readonly outcome?: NodeOutcome;
  readonly evidence?: Readonly<Record<string, string | number | boolean | null>>;
  readonly durationMs: number;
}

/** A node's stage came to an end. */
export interface StageRecord {
  readonly type: 'stage';
  readonly lane: string;
  readonly node: string;
  /** Place among the lane's stages, from 0. */
  readonly stage: number;
  readonly at: string;
  readonly state: 'done' | 'failed' | 'unknown';
  readonly durationMs: number;
  readonly message?: string;
}

/** The run stopped and can be resumed. */
export interface HoldRecord {
  readonly type: 'hold';
  readonly at: string;
  readonly exitCode: number;
  readonly reason: string;
}

/** Somebody went on with the run; from here on it is this process's. */
export interface ResumedRecord {
  readonly type: 'resumed';
  readonly at: string;
  readonly musterVersion: string;
  readonly operator: Operator;
  readonly host: string;
  readonly process: { readonly pid: number; readonly start?: string };
  /** A last line that a crash had left incomplete was taken away. */
  readonly torn?: string;
}

export type RollingRecord =
  | PlanRecord
  | IntentRecord
  | ResultRecord
  | StageRecord
  | HoldRecord
  | ResumedRecord;

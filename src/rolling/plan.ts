import type { Step } from './step.ts';

/** The steps of one node, one after the other. A node may have several stages: a leader before and after its switchover. */
export interface Stage {
  readonly node: string;
  readonly steps: readonly Step[];
  /** After a step of the stage failed: ids of steps to take back at once, in this order. */
  readonly undoAfterFailure?: (failedStep: string) => Promise<readonly string[]>;
}

/** Stages that never overlap: the nodes of one cluster, or a single node. After a failure nothing more of a lane starts. */
export interface Lane {
  /** Cluster or node: `69`, `node1`. Unique in the plan. */
  readonly name: string;
  readonly stages: readonly Stage[];
}

/** Lanes of a batch run side by side, at most `parallel`; a batch begins when the one before is done. */
export interface RollingPlan {
  readonly batches: readonly (readonly Lane[])[];
}

export interface RollingOptions {
  /** Lanes at once, at least 1. */
  readonly parallel: number;
  /** So many nodes may fail and the run still starts new ones. */
  readonly maxFailures: number;
  /** `stop`: nothing new starts once too many failed; `finish-batch`: the batch is carried through first. */
  readonly onFailure: 'stop' | 'finish-batch';
  /** Asked before each node or batch; false holds the run. */
  readonly confirm?: (what: { readonly batch: number; readonly node?: string }) => Promise<boolean>;
  readonly confirmEach: 'each' | 'batch' | 'none';
  /** Waits between batches; false when the run is to hold. */
  readonly soak?: (batch: number, hold: AbortSignal) => Promise<boolean>;
  /** Asked before each node: why none may start now. */
  readonly closed?: () => string | undefined;
}

/** Every lane of a plan, in order. */
export function lanesOf(plan: RollingPlan): Lane[] {
  return plan.batches.flat();
}

/** Every node of a plan, once, in the order of execution. */
export function nodesOf(plan: RollingPlan): string[] {
  return [...new Set(lanesOf(plan).flatMap(({ stages }) => stages.map(({ node }) => node)))];
}

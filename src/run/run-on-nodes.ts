import { combineObservers } from '../fanout/combine-observers.ts';
import type { CommandTask, Executor } from '../fanout/executor.ts';
import { runFanout, skippedReport } from '../fanout/fanout.ts';
import type { FanoutObserver, NodeReport } from '../fanout/observer.ts';
import { succeeded } from '../fanout/outcome.ts';

/** Prints what happens (output/run-presenter.ts has this shape). */
export interface RunPresenting extends FanoutObserver {
  begin(nodes: readonly string[]): void | Promise<void>;
  interrupted?(): void;
  end(): Promise<void>;
}

export interface RunPlan {
  /** One batch after the other; within a batch at most `fanout` nodes at once, in this order. */
  readonly batches: readonly (readonly string[])[];
  readonly task: CommandTask;
  readonly fanout: number;
  readonly stopOnFailure: boolean;
}

export interface RunTools {
  readonly executor: Executor;
  readonly presenter: RunPresenting;
  /** The journal's recorder, where there is one. */
  readonly record?: FanoutObserver;
  /** Abort: running nodes are cancelled, waiting ones skipped. */
  readonly signal: AbortSignal;
}

/**
 * Carries a plan out and returns one report per node, in the order of the plan.
 * With several batches a failure always ends the run after its batch: that is what batches are for.
 */
export async function runOnNodes(plan: RunPlan, tools: RunTools): Promise<NodeReport[]> {
  const observer = combineObservers(
    tools.record === undefined ? [tools.presenter] : [tools.record, tools.presenter],
  );
  await tools.presenter.begin(plan.batches.flat());
  const interrupt = () => tools.presenter.interrupted?.();
  tools.signal.addEventListener('abort', interrupt, { once: true });
  if (tools.signal.aborted) interrupt();
  const reports: NodeReport[] = [];
  try {
    for (const [index, batch] of plan.batches.entries()) {
      const failed =
        index === 0
          ? undefined
          : reports.find(({ outcome }) => outcome.kind !== 'skipped' && !succeeded(outcome));
      if (failed !== undefined) {
        for (const node of batch) {
          const because = tools.signal.aborted ? 'interrupted' : `stopped after ${failed.node} failed`;
          const skipped = skippedReport(node, because);
          await observer.ended?.(skipped);
          reports.push(skipped);
        }
        continue;
      }
      reports.push(
        ...(await runFanout(batch, plan.task, tools.executor, {
          fanout: plan.fanout,
          stopOnFailure: plan.stopOnFailure,
          signal: tools.signal,
          observer,
        })),
      );
    }
  } finally {
    tools.signal.removeEventListener('abort', interrupt);
    await tools.presenter.end();
  }
  return reports;
}

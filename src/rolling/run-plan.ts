import pLimit from 'p-limit';
import { runLane } from './run-lane.ts';
import { startProgress, whyHeld, type RollingEnd, type RunProgress } from './run-progress.ts';
import type { StepTools } from './run-step.ts';
import type { Lane, RollingOptions, RollingPlan } from './plan.ts';

/**
 * Carries a plan out: batches one after the other, lanes of a batch side by side, within a lane everything in order.
 * Resolves with what became of it; whatever can happen to a node is data. Rejects only for bugs.
 */
export async function runPlan(
  plan: RollingPlan,
  options: RollingOptions,
  tools: StepTools,
): Promise<RollingEnd> {
  const progress = startProgress(plan, options, tools);
  for (const [batch, lanes] of plan.batches.entries()) {
    if (progress.stopped() !== undefined) break;
    if (lanes.every((lane) => isDone(lane, tools))) continue;
    if (options.confirmEach === 'batch' && (await options.confirm?.({ batch })) === false) {
      progress.hold(`not confirmed before batch ${batch + 1}`);
      break;
    }
    if (plan.batches.length > 1)
      tools.observer.batchStarted?.(
        batch,
        lanes.map(({ name }) => name),
      );
    await runBatch(lanes, batch, options, tools, progress);
    const last = batch === plan.batches.length - 1;
    if (!last && progress.stopped() === undefined && (await options.soak?.(batch, tools.hold)) === false) {
      progress.hold(whyHeld(tools.hold));
    }
  }
  return progress.end();
}

async function runBatch(
  lanes: readonly Lane[],
  batch: number,
  options: RollingOptions,
  tools: StepTools,
  progress: RunProgress,
): Promise<void> {
  const limit = pLimit(options.parallel);
  await Promise.all(
    lanes.map((lane) =>
      limit(async () => {
        if (progress.mayStart(batch)) await runLane(lane, batch, options, tools, progress);
      }),
    ),
  );
}

function isDone(lane: Lane, { ledger }: StepTools): boolean {
  return lane.stages.every((_, stage) => ledger.stage({ lane: lane.name, stage })?.state === 'done');
}

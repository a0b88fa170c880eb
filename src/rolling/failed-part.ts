import type { Ledger } from './ledger.ts';
import type { RollingPlan } from './plan.ts';

/** A plan's lanes with a stage that failed, and of these the stages up to it. */
export function failedPart(plan: RollingPlan, ledger: Ledger): RollingPlan {
  const batches = plan.batches.map((lanes) =>
    lanes.flatMap((lane) => {
      const last = lane.stages.findLastIndex(
        (_, stage) => ledger.stage({ lane: lane.name, stage })?.state === 'failed',
      );
      return last === -1 ? [] : [{ ...lane, stages: lane.stages.slice(0, last + 1) }];
    }),
  );
  return { batches: batches.filter((lanes) => lanes.length > 0) };
}

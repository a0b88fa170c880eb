import { isStanding } from './ledger.ts';
import { lanesOf, type RollingPlan } from './plan.ts';
import { type StepTools, undoStep } from './run-step.ts';
import type { Step, StepResult } from './step.ts';

/** One thing that could be taken back. */
export interface Undoing {
  readonly lane: string;
  readonly node: string;
  readonly step: Step;
}

/** What stands of stages that are not done and can be taken back, the latest step first. */
export function undoList(plan: RollingPlan, { ledger }: Pick<StepTools, 'ledger'>): Undoing[] {
  const list: Undoing[] = [];
  for (const lane of lanesOf(plan)) {
    for (const [index, stage] of lane.stages.entries()) {
      if (ledger.stage({ lane: lane.name, stage: index })?.state === 'done') continue;
      for (const step of stage.steps) {
        const state = ledger.step({ lane: lane.name, node: stage.node, step: step.id });
        if (step.undo !== undefined && isStanding(state))
          list.push({ lane: lane.name, node: stage.node, step });
      }
    }
  }
  return list.reverse();
}

/** Takes everything of the list back, in its order; goes on after failures. Rejects when the journal cannot be written. */
export async function takeBack(
  list: readonly Undoing[],
  tools: StepTools,
): Promise<{ readonly undoing: Undoing; readonly result: StepResult }[]> {
  const done: { undoing: Undoing; result: StepResult }[] = [];
  for (const undoing of list) {
    done.push({ undoing, result: await undoStep(undoing.lane, undoing.node, undoing.step, tools) });
  }
  return done;
}

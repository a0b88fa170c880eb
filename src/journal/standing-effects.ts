import type { RollingReplay, StepState } from './replay-rolling.ts';
import { stageKey, stepKey } from './replay-rolling.ts';
import type { PlannedLane, StageRecord } from './rolling-records.ts';

/** What an unfinished run left on a node, in a person's words. */
export interface StandingEffect {
  readonly node: string;
  /** `clients are led away`; `maybe` when nobody knows whether it came to pass. */
  readonly what: string;
}

/** What is known of a run's steps and stages: a ledger, or a replay. */
export interface KnownSteps {
  step(name: { lane: string; node: string; step: string }): StepState | undefined;
  stage(name: { lane: string; stage: number }): StageRecord | undefined;
}

export function knownSteps({ steps, stages }: Pick<RollingReplay, 'steps' | 'stages'>): KnownSteps {
  return { step: (name) => steps.get(stepKey(name)), stage: (name) => stages.get(stageKey(name)) };
}

/** What stands on the nodes whose stages are not done, in the order of the plan. */
export function standingEffects(lanes: readonly PlannedLane[], known: KnownSteps): StandingEffect[] {
  return lanes.flatMap(({ name: lane, stages }) =>
    stages.flatMap(({ node, steps }, stage) => {
      if (known.stage({ lane, stage })?.state === 'done') return [];
      let found: StandingEffect[] = [];
      let latest = '';
      for (const { id, stands, untilDone, ends } of steps) {
        const { state, result } = known.step({ lane, node, step: id }) ?? {};
        const isDone = state === 'done' || state === 'satisfied';
        // A resume may have made the earlier step anew since.
        if (ends === true && isDone && (result?.at ?? '') >= latest) found = [];
        if (stands === undefined || state === undefined || state === 'undone' || state === 'satisfied')
          continue;
        if (state === 'done' && untilDone === true) continue;
        latest = result?.at ?? latest;
        found.push({ node, what: state === 'done' ? stands : `maybe ${stands}` });
      }
      return found;
    }),
  );
}

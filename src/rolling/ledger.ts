import {
  nextState,
  type RollingReplay,
  stageKey,
  type StepState,
  stepKey,
} from '../journal/replay-rolling.ts';
import type { ResultRecord, RollingRecord, StageRecord } from '../journal/rolling-records.ts';

/** What to do with a step of which nobody knows whether it happened; said by a person who looked. */
export type Verdict = 'take-as-done' | 'run-again';

/** What is known of every step: the journal's past and what this run adds to it. */
export interface Ledger {
  step(name: { lane: string; node: string; step: string }): StepState | undefined;
  stage(name: { lane: string; stage: number }): StageRecord | undefined;
  /** On disk when it resolves; rejects when the journal cannot be written. */
  append(record: RollingRecord): Promise<void>;
  /** An effect was begun, now or in an earlier part of this run. */
  hasEffects(): boolean;
}

/**
 * @param append the journal's, see RollingRecorder.append
 * @param past what earlier parts of the run left; absent for a new run
 */
export function createLedger(append: (record: RollingRecord) => Promise<void>, past?: RollingReplay): Ledger {
  const steps = new Map<string, StepState>(past?.steps);
  const stages = new Map<string, StageRecord>(past?.stages);
  let effects = [...steps.values()].some(({ intent }) => intent !== undefined);
  return {
    step: (name) => steps.get(stepKey(name)),
    stage: (name) => stages.get(stageKey(name)),
    async append(record) {
      await append(record);
      if (record.type === 'stage') stages.set(stageKey(record), record);
      if (record.type === 'intent') effects = true;
      if (record.type === 'intent' || record.type === 'result') {
        const key = stepKey(record);
        steps.set(key, nextState(steps.get(key), record));
      }
    },
    hasEffects: () => effects,
  };
}

/** Steps whose effect stands and could be taken back, the latest first. */
export function isStanding(state: StepState | undefined): boolean {
  return state !== undefined && standing.has(state.state);
}

const standing: ReadonlySet<ResultRecord['result'] | 'in-doubt' | 'undone'> = new Set([
  'done',
  'in-doubt',
  'unknown',
  'failed',
]);

import type {
  HoldRecord,
  IntentRecord,
  PlanRecord,
  ResultRecord,
  ResumedRecord,
  RollingRecord,
  StageRecord,
} from './rolling-records.ts';

/** The last that is known of one step. */
export interface StepState {
  readonly lane: string;
  readonly node: string;
  readonly step: string;
  /** Tries so far. */
  readonly attempts: number;
  /** `in-doubt`: an intent without a result. */
  readonly state: ResultRecord['result'] | 'in-doubt' | 'undone';
  readonly intent?: IntentRecord;
  readonly result?: ResultRecord;
}

/** What a rolling run's file says besides its header. */
export interface RollingReplay {
  readonly plan: PlanRecord;
  /** By `stepKey`. */
  readonly steps: ReadonlyMap<string, StepState>;
  /** The last record of each stage, by `stageKey`. */
  readonly stages: ReadonlyMap<string, StageRecord>;
  /** The run stopped here and nobody went on yet. */
  readonly hold?: HoldRecord;
  readonly resumed: readonly ResumedRecord[];
}

export function stepKey({ lane, node, step }: { lane: string; node: string; step: string }): string {
  return `${lane}\0${node}\0${step}`;
}

export function stageKey({ lane, stage }: { lane: string; stage: number }): string {
  return `${lane}\0${stage}`;
}

/** Reads rolling records one after the other. */
export function startRollingReplay(plan: PlanRecord): {
  add(record: RollingRecord): void;
  read(): RollingReplay;
} {
  const steps = new Map<string, StepState>();
  const stages = new Map<string, StageRecord>();
  const resumed: ResumedRecord[] = [];
  let hold: HoldRecord | undefined;
  let current = plan;
  return {
    add(record) {
      switch (record.type) {
        case 'plan':
          // A resume planned anew from the facts it found.
          current = record;
          return;
        case 'intent':
        case 'result':
          steps.set(stepKey(record), nextState(steps.get(stepKey(record)), record));
          return;
        case 'stage':
          stages.set(stageKey(record), record);
          return;
        case 'hold':
          hold = record;
          return;
        default:
          hold = undefined;
          resumed.push(record);
      }
    },
    read: () => ({ plan: current, steps, stages, resumed, ...(hold === undefined ? {} : { hold }) }),
  };
}

/** What the record says of a stage still counts: none of its steps was taken up again since, by a resume. */
export function isCurrent(
  record: StageRecord | undefined,
  steps: readonly (StepState | undefined)[],
): boolean {
  // One that is done is never taken up again; a clock that was set back must not say so.
  if (record === undefined || record.state === 'done') return true;
  const since = record.at;
  return steps.every((step) => (step?.intent?.at ?? '') <= since && (step?.result?.at ?? '') <= since);
}

/** A step's state after one more record of it. */
export function nextState(before: StepState | undefined, record: IntentRecord | ResultRecord): StepState {
  const { lane, node, step, attempt } = record;
  const name = { lane, node, step, attempts: Math.max(before?.attempts ?? 0, attempt) };
  if (record.type === 'intent') {
    // While it is being taken back the step itself still counts as done.
    if (record.undo === true) return { ...(before ?? { state: 'done' }), ...name };
    return { ...name, state: 'in-doubt', intent: record };
  }
  const intent = before?.intent === undefined ? {} : { intent: before.intent };
  if (record.undo === true) {
    return record.result === 'done'
      ? { ...name, ...intent, state: 'undone', result: record }
      : { ...(before ?? { state: 'done' }), ...name };
  }
  return { ...name, ...intent, state: record.result, result: record };
}

import { describe, expect, it } from 'vitest';
import { isCurrent, startRollingReplay } from '../../../src/journal/replay-rolling.ts';
import type {
  PlanRecord,
  PlannedStep,
  ResultRecord,
  RollingRecord,
} from '../../../src/journal/rolling-records.ts';
import { knownSteps, standingEffects } from '../../../src/journal/standing-effects.ts';

const steps: readonly PlannedStep[] = [
  { id: 'drain', title: 'drain', stands: 'clients are led away' },
  { id: 'install', title: 'install', stands: 'guarded', untilDone: true },
  { id: 'undrain', title: 'undrain', ends: true },
];
const plan: PlanRecord = {
  type: 'plan',
  hash: 'h',
  spec: {},
  lanes: [{ name: 'c', batch: 0, stages: [{ node: 'n1', steps }] }],
};
let second = 0;
const at = () => new Date(Date.UTC(2026, 10, 26, 7, 0, (second += 1))).toISOString();
const name = (step: string) => ({ lane: 'c', node: 'n1', step, attempt: 1 });
const begun = (step: string): RollingRecord => ({ type: 'intent', ...name(step), at: at(), title: step });
const ended = (
  step: string,
  result: ResultRecord['result'],
  more: Partial<ResultRecord> = {},
): RollingRecord => ({
  type: 'result',
  ...name(step),
  at: at(),
  result,
  durationMs: 1,
  ...more,
});
const stage = (state: 'done' | 'failed'): RollingRecord => ({
  type: 'stage',
  lane: 'c',
  node: 'n1',
  stage: 0,
  at: at(),
  state,
  durationMs: 1,
});

function replay(records: readonly RollingRecord[]) {
  const found = startRollingReplay(plan);
  for (const record of records) found.add(record);
  return found.read();
}

const standing = (...records: RollingRecord[]) =>
  standingEffects(plan.lanes, knownSteps(replay(records))).map(({ node, what }) => `${node}: ${what}`);

describe('what an unfinished run left', () => {
  const drained = () => [begun('drain'), ended('drain', 'done')];

  it('is named from the step that did it to the one that ends it', () => {
    expect(standing()).toEqual([]);
    expect(standing(...drained())).toEqual(['n1: clients are led away']);
    expect(standing(...drained(), ended('undrain', 'done'))).toEqual([]);
  });

  it('is named again when a resume made it anew', () => {
    expect(standing(...drained(), ended('undrain', 'done'), ended('drain', 'done'))).toEqual([
      'n1: clients are led away',
    ]);
  });

  it('is nothing of a stage that is done, nor what was taken back or was so before', () => {
    expect(standing(...drained(), stage('done'))).toEqual([]);
    expect(standing(...drained(), ended('drain', 'done', { undo: true }))).toEqual([]);
    expect(standing(ended('drain', 'satisfied'))).toEqual([]);
  });

  it('is only maybe so while nobody knows, and ends with a step that cleans up after itself', () => {
    expect(standing(begun('drain'))).toEqual(['n1: maybe clients are led away']);
    expect(standing(begun('install'))).toEqual(['n1: maybe guarded']);
    expect(standing(begun('install'), ended('install', 'done'))).toEqual([]);
  });
});

describe('the end of a stage', () => {
  const stageOf = (...records: RollingRecord[]) => {
    const { stages, steps: states } = replay(records);
    return isCurrent([...stages.values()][0], [...states.values()]);
  };

  it('that failed counts no longer once a resume took a step up', () => {
    expect(stageOf(ended('drain', 'failed'), stage('failed'))).toBe(true);
    expect(stageOf(ended('drain', 'failed'), stage('failed'), begun('drain'))).toBe(false);
  });

  it('that was done always counts, also when the clock was set back', () => {
    expect(stageOf(stage('done'), ended('drain', 'done'))).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import type { RollingRecord } from '../../../src/journal/rolling-records.ts';
import type { Verdict } from '../../../src/rolling/ledger.ts';
import type { Step } from '../../../src/rolling/step.ts';
import { planOf, runTestPlan, testStep } from '../../support/rolling.ts';

const name = { lane: 'a', node: 'a', step: 'one', attempt: 1 };
const intent: RollingRecord = { type: 'intent', ...name, at: '2026-11-26T07:00:00Z', title: 'one' };
const done: RollingRecord = {
  type: 'result',
  ...name,
  at: '2026-11-26T07:00:01Z',
  result: 'done',
  durationMs: 1,
};

/** Resumes a run of one step after what the journal holds. */
async function resume(past: RollingRecord[], step: Partial<Step>, verdict?: Verdict) {
  const log: string[] = [];
  const verdicts = new Map(verdict === undefined ? [] : [['a', verdict] as const]);
  const { end, records } = await runTestPlan(planOf({ a: [testStep(log, 'one', 'a', step)] }), {
    past,
    verdicts,
  });
  const attempts = records.flatMap((record) => (record.type === 'intent' ? [record.attempt] : []));
  return { kind: end.kind, ran: log.length, attempts };
}

describe('a step on resume', () => {
  it('that is done is passed over', async () => {
    expect(await resume([intent, done], {})).toEqual({ kind: 'done', ran: 0, attempts: [] });
  });

  it('that is done, and whose check still says so, is passed over', async () => {
    const check = async () => ({ kind: 'satisfied' }) as const;
    expect(await resume([intent, done], { check })).toEqual({ kind: 'done', ran: 0, attempts: [] });
  });

  it('that is done while the node says otherwise is asked about, not repeated', async () => {
    const check = async () => ({ kind: 'needed' }) as const;
    expect(await resume([intent, done], { check })).toEqual({ kind: 'unknown', ran: 0, attempts: [] });
  });

  it('that may be repeated is, when its check says so', async () => {
    const check = async () => ({ kind: 'needed' }) as const;
    expect(await resume([intent, done], { check, repeatable: true })).toEqual({
      kind: 'done',
      ran: 1,
      attempts: [2],
    });
  });

  it('in doubt is looked into: evidence that it is done ends the doubt', async () => {
    const recover = async () => ({ kind: 'done' }) as const;
    expect(await resume([intent], { recover })).toEqual({ kind: 'done', ran: 0, attempts: [] });
  });

  it('in doubt that provably never started runs, as another try', async () => {
    const recover = async () => ({ kind: 'not-started' }) as const;
    expect(await resume([intent], { recover })).toEqual({ kind: 'done', ran: 1, attempts: [2] });
  });

  it('in doubt without evidence is not run again by itself', async () => {
    expect(await resume([intent], {})).toEqual({ kind: 'unknown', ran: 0, attempts: [] });
  });

  it('in doubt is decided by a person who looked', async () => {
    expect(await resume([intent], {}, 'take-as-done')).toEqual({ kind: 'done', ran: 0, attempts: [] });
    expect(await resume([intent], {}, 'run-again')).toEqual({ kind: 'done', ran: 1, attempts: [2] });
  });

  it('that failed is tried again', async () => {
    const failed: RollingRecord = { ...done, result: 'failed', message: 'exit code 1' };
    expect(await resume([intent, failed], {})).toEqual({ kind: 'done', ran: 1, attempts: [2] });
  });

  it('of a stage that is done is not even checked', async () => {
    const stage: RollingRecord = {
      type: 'stage',
      lane: 'a',
      node: 'a',
      stage: 0,
      at: '2026-11-26T07:00:02Z',
      state: 'done',
      durationMs: 2,
    };
    const check = () => Promise.reject(new Error('asked'));
    expect(await resume([intent, done, stage], { check })).toEqual({ kind: 'done', ran: 0, attempts: [] });
  });
});

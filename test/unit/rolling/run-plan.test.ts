import { describe, expect, it } from 'vitest';
import { JournalError } from '../../../src/journal/journal-error.ts';
import type { StepResult } from '../../../src/rolling/step.ts';
import { planOf, runTestPlan, testStep } from '../../support/rolling.ts';

const broken: StepResult = { kind: 'failed', message: 'exit code 3' };
const doubtful: StepResult = { kind: 'unknown', message: 'it was killed on the node' };

describe('a rolling run', () => {
  it('does the steps of one node after the other, in order', async () => {
    const log: string[] = [];
    const steps = (node: string) => [testStep(log, 'one', node), testStep(log, 'two', node)];

    const { end } = await runTestPlan(planOf({ b: steps('b'), a: steps('a') }));

    expect(log).toEqual(['b one', 'b two', 'a one', 'a two']);
    expect(end).toEqual({ kind: 'done', failed: [], doubtful: [], changed: true });
  });

  it('stops at the first failure: the rest of the node and the other nodes are not begun', async () => {
    const log: string[] = [];
    const plan = planOf({
      a: [testStep(log, 'one', 'a', { result: broken }), testStep(log, 'two', 'a')],
      b: [testStep(log, 'one', 'b')],
    });

    const { end } = await runTestPlan(plan);

    expect(log).toEqual(['a one']);
    expect(end).toMatchObject({ kind: 'failed', reason: 'a: one: exit code 3', failed: ['a'] });
  });

  it('goes on while no more nodes failed than may, and says how many did', async () => {
    const log: string[] = [];
    const plan = planOf({
      a: [testStep(log, 'one', 'a', { result: broken })],
      b: [testStep(log, 'one', 'b')],
      c: [testStep(log, 'one', 'c', { result: broken })],
      d: [testStep(log, 'one', 'd')],
    });

    const { end: tolerant } = await runTestPlan(plan, { maxFailures: 2 });
    const { end: strict } = await runTestPlan(plan, { maxFailures: 1 });

    expect(tolerant).toMatchObject({ kind: 'done', reason: '2 of 4 nodes failed', failed: ['a', 'c'] });
    expect(strict).toMatchObject({ kind: 'failed', reason: '2 nodes failed, the last: c: one: exit code 3' });
    expect(log).toEqual(['a one', 'b one', 'c one', 'd one', 'a one', 'b one', 'c one']);
  });

  it('never starts another node of a lane in which one failed, whatever may fail', async () => {
    const log: string[] = [];
    const lane = {
      name: '69',
      stages: [
        { node: 'a', steps: [testStep(log, 'one', 'a', { result: broken })] },
        { node: 'b', steps: [testStep(log, 'one', 'b')] },
      ],
    };
    const other = { name: '70', stages: [{ node: 'c', steps: [testStep(log, 'one', 'c')] }] };

    await runTestPlan({ batches: [[lane, other]] }, { maxFailures: 10 });

    expect(log).toEqual(['a one', 'c one']);
  });

  it('with finish-batch carries the batch through, and begins no other', async () => {
    const log: string[] = [];
    const lane = (name: string, result: StepResult = { kind: 'done' }) => ({
      name,
      stages: [{ node: name, steps: [testStep(log, 'one', name, { result })] }],
    });
    const plan = { batches: [[lane('a', broken), lane('b')], [lane('c')]] };

    const { end } = await runTestPlan(plan, { onFailure: 'finish-batch' });

    expect(log).toEqual(['a one', 'b one']);
    expect(end.kind).toBe('failed');
  });

  it('keeps lanes side by side to the number given, each in order', async () => {
    let now = 0;
    let most = 0;
    const steps = (node: string) => [
      testStep([], 'one', node, {
        async result() {
          now += 1;
          most = Math.max(most, now);
          await new Promise((resolve) => setImmediate(resolve));
          now -= 1;
          return { kind: 'done' };
        },
      }),
    ];
    const nodes = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((node) => [node, steps(node)]));

    await runTestPlan(planOf(nodes), { parallel: 3 });

    expect(most).toBe(3);
  });

  it('holds before the next step when asked to, and says so', async () => {
    const log: string[] = [];
    const hold = new AbortController();
    const plan = planOf({
      a: [
        testStep(log, 'one', 'a', {
          result() {
            hold.abort();
            return { kind: 'done' };
          },
        }),
        testStep(log, 'two', 'a'),
      ],
    });

    const { end, ledger } = await runTestPlan(plan, { hold: hold.signal });

    expect(log).toEqual(['a one']);
    expect(end).toMatchObject({ kind: 'held', reason: 'asked to hold' });
    expect(ledger.step({ lane: 'a', node: 'a', step: 'one' })?.state).toBe('done');
  });

  it('stops everywhere when nobody knows what became of a step', async () => {
    const log: string[] = [];
    const plan = planOf({
      a: [testStep(log, 'one', 'a', { result: doubtful })],
      b: [testStep(log, 'one', 'b')],
    });

    const { end } = await runTestPlan(plan, { maxFailures: 5 });

    expect(log).toEqual(['a one']);
    expect(end).toMatchObject({ kind: 'unknown', doubtful: ['a'] });
  });

  it('does not begin an effect whose intent cannot be written', async () => {
    const log: string[] = [];
    const full = new JournalError('no space left', { code: 'JOURNAL' });
    const plan = planOf({ a: [testStep(log, 'one', 'a')], b: [testStep(log, 'one', 'b')] });

    const { end } = await runTestPlan(plan, {
      append: (record) => (record.type === 'intent' ? Promise.reject(full) : Promise.resolve()),
    });

    expect(log).toEqual([]);
    expect(end).toMatchObject({ kind: 'held', reason: 'no space left', changed: false });
  });

  it('refuses before the first effect without having changed anything', async () => {
    const plan = planOf({
      a: [
        testStep([], 'one', 'a', {
          check: async () => ({ kind: 'refused', message: 'the wrong version runs' }),
        }),
      ],
    });

    const { end } = await runTestPlan(plan);

    expect(end).toMatchObject({ kind: 'failed', changed: false, reason: 'a: one: the wrong version runs' });
  });

  it('tries a step again as often as it may', async () => {
    const log: string[] = [];
    let tries = 0;
    const plan = planOf({
      a: [
        testStep(log, 'one', 'a', {
          retries: 1,
          result: () => ((tries += 1) === 1 ? broken : { kind: 'done' }),
        }),
      ],
    });

    const { end, records } = await runTestPlan(plan);

    expect(end.kind).toBe('done');
    expect(records.flatMap((record) => (record.type === 'intent' ? [record.attempt] : []))).toEqual([1, 2]);
  });

  it('takes back what the failed stage asks for, in that order', async () => {
    const log: string[] = [];
    const undo = (id: string) => ({
      title: `undo ${id}`,
      async run(): Promise<StepResult> {
        log.push(`undo ${id}`);
        return { kind: 'done' };
      },
    });
    const stage = {
      node: 'a',
      steps: [
        testStep(log, 'drain', 'a', { undo: undo('drain') }),
        testStep(log, 'guard', 'a', { undo: undo('guard') }),
        testStep(log, 'install', 'a', { result: broken }),
      ],
      undoAfterFailure: async (failed: string) => (failed === 'install' ? ['guard', 'drain'] : []),
    };

    const { ledger } = await runTestPlan({ batches: [[{ name: 'a', stages: [stage] }]] });

    expect(log).toEqual(['a drain', 'a guard', 'a install', 'undo guard', 'undo drain']);
    expect(ledger.step({ lane: 'a', node: 'a', step: 'drain' })?.state).toBe('undone');
  });
});

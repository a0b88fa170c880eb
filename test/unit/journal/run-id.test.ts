import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRunId, runIdAt, startOfRun, ticksAt } from '../../../src/journal/run-id.ts';

describe('a run id', () => {
  it('is the start in UTC and the fraction of the second', () => {
    expect(runIdAt(ticksAt(Date.UTC(2026, 10, 24, 3, 53, 12, 290)))).toBe('20261124T035312-4a3d');
    expect(startOfRun('20261124T035312-4a3d')).toEqual(new Date('2026-11-24T03:53:12Z'));
  });

  it('sorts as runs began', () => {
    const ticks = fc.integer({ min: ticksAt(Date.UTC(2020, 0)), max: ticksAt(Date.UTC(2090, 0)) });
    fc.assert(
      fc.property(ticks, fc.oneof(ticks, fc.constantFrom(1, 2, 65_535, 65_536)), (one, other) => {
        const two = other < 100_000 ? one + other : other;
        fc.pre(one !== two);
        expect(runIdAt(one) < runIdAt(two)).toBe(one < two);
        expect(isRunId(runIdAt(one))).toBe(true);
      }),
    );
  });

  it('is not any other name', () => {
    for (const name of [
      '',
      'last',
      '20261124T035312',
      '20261124T035312-4A3D',
      '../20261124T035312-4a3d',
      'x.tmp',
    ]) {
      expect(isRunId(name)).toBe(false);
    }
  });
});

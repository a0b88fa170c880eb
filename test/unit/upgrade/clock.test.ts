import { describe, expect, it } from 'vitest';
import type { Executor } from '../../../src/fanout/executor.ts';
import { accessChecks } from '../../../src/upgrade/checks/access.ts';
import { type ClockReading, readClock, skewOf } from '../../../src/upgrade/clock.ts';
import type { ClusterFacts } from '../../../src/upgrade/cluster-facts.ts';
import type { UpgradeSettings } from '../../../src/upgrade/settings.ts';

const check = accessChecks.find(({ id }) => id === 'P01')!;

function objections(clocks: Record<string, ClockReading | string>) {
  const facts = { packages: new Map(), clocks: new Map(Object.entries(clocks)) } as unknown as ClusterFacts;
  return check.test(facts, {} as UpgradeSettings, new Date());
}

describe('P01, clocks', () => {
  it('refuses members that are surely 5 seconds apart, whatever the answers took', () => {
    const n1 = { offset: 0.1, within: 0.2 };
    expect(objections({ n1, n2: { offset: 5.5, within: 0.2 } })).toEqual([
      { level: 'refuse', text: 'the clocks of n1 and n2 differ by 5.0 s at least' },
    ]);
    expect(objections({ n1, n2: { offset: 1, within: 0.2 } })).toEqual([]);
  });

  it('warns when the answers took too long to tell', () => {
    const found = objections({ n1: { offset: 0, within: 3 }, n2: { offset: 1, within: 2 } });
    expect(found).toEqual([
      { level: 'warn', text: expect.stringContaining('too slowly to compare their clocks') },
    ]);
  });

  it('only tells of this machine', () => {
    const found = objections({ n1: { offset: 9, within: 0.1 }, n2: { offset: 9.1, within: 0.1 } });
    expect(found.map(({ level, text }) => [level, text])).toEqual([
      ['warn', "the clock of n1 is 9.0 s ahead of this machine's"],
      ['warn', "the clock of n2 is 9.1 s ahead of this machine's"],
    ]);
  });

  it('says of whom it knows nothing', () => {
    expect(objections({ n1: 'no such command' })[0]!.text).toBe(
      'n1: its clock is not known: no such command',
    );
  });
});

describe('reading a clock', () => {
  /** A node whose clock is ahead by so many seconds, and which takes so many milliseconds for each answer. */
  function node(ahead: number, tookMs: readonly number[]): Executor {
    let turn = 0;
    return {
      async execute(_node, _task, sink) {
        const half = tookMs[turn++ % tookMs.length]! / 2;
        await new Promise((resolve) => {
          setTimeout(resolve, half);
        });
        await sink.write('stdout', Buffer.from(`${(Date.now() / 1000 + ahead).toFixed(9)}\n`));
        await new Promise((resolve) => {
          setTimeout(resolve, half);
        });
        return { kind: 'finished', code: 0 };
      },
      async close() {},
    };
  }

  it('takes the quickest of several answers, and half of its time off', async () => {
    const reading = await readClock(node(7, [400, 20, 200, 300]), 'n1', new AbortController().signal);
    if (typeof reading === 'string') throw new Error(reading);
    expect(Math.abs(reading.offset - 7)).toBeLessThanOrEqual(reading.within + 0.005);
    expect(reading.within).toBeLessThan(0.19);
  });

  it('knows the least and the most that two clocks differ by', () => {
    expect(skewOf({ offset: 0, within: 1 }, { offset: 6, within: 0.5 })).toEqual({ least: 4.5, most: 7.5 });
  });
});

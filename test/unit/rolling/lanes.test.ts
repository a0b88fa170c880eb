import { describe, expect, it } from 'vitest';
import { readFailureBudget } from '../../../src/rolling/failure-budget.ts';
import { lanePerGroup, lanePerNode, readAxis } from '../../../src/rolling/lanes.ts';
import { orderNodes } from '../../../src/rolling/order.ts';

const clusterOf: Readonly<Record<string, string[]>> = {
  a1: ['a'],
  a2: ['a'],
  a3: ['a'],
  b1: ['b'],
  both: ['a', 'b'],
  none: [],
};
const groupsOf = (node: string) => clusterOf[node]!;

describe('lanes', () => {
  it('are one a node without an axis, in the order given', () => {
    expect(lanePerNode(['b', 'a'])).toEqual([
      { name: 'b', nodes: ['b'] },
      { name: 'a', nodes: ['a'] },
    ]);
  });

  it('are one a group of the axis, each in the order given', () => {
    const lanes = lanePerGroup(['b1', 'a2', 'a1'], readAxis('cluster=1'), groupsOf);

    expect(lanes).toEqual([
      { name: 'b', nodes: ['b1'] },
      { name: 'a', nodes: ['a2', 'a1'] },
    ]);
  });

  it('are as many a group as may be worked on at once', () => {
    const lanes = lanePerGroup(['a1', 'a2', 'a3', 'b1'], readAxis('cluster=2'), groupsOf);

    expect(lanes).toEqual([
      { name: 'a#1', nodes: ['a1', 'a3'] },
      { name: 'a#2', nodes: ['a2'] },
      { name: 'b#1', nodes: ['b1'] },
    ]);
  });

  it.each([
    ['none', 'none is in no group of source cluster'],
    ['both', 'both is in several: @cluster:a, @cluster:b'],
  ])('refuse %s, whom nobody could keep apart from others', (node, why) => {
    expect(() => lanePerGroup(['a1', node], readAxis('cluster'), groupsOf)).toThrow(why);
  });

  it.each(['', 'cluster=0', 'cluster=x', 'a b'])('refuse the axis %j', (text) => {
    expect(() => readAxis(text)).toThrow('not a group source and a number');
  });
});

describe('the order of nodes', () => {
  const nodes = ['n10', 'n2', 'n1'];

  it('is as written, sorted, backwards or shuffled', () => {
    const numbers = [0.9, 0.1, 0.5].values();
    expect(orderNodes(nodes, 'listed')).toEqual(['n10', 'n2', 'n1']);
    expect(orderNodes(nodes, 'sorted')).toEqual(['n1', 'n2', 'n10']);
    expect(orderNodes(nodes, 'reversed')).toEqual(['n1', 'n2', 'n10']);
    expect(orderNodes(nodes, 'shuffled', () => numbers.next().value!)).toEqual(['n2', 'n1', 'n10']);
  });
});

describe('how many nodes may fail', () => {
  it.each([
    ['0', 0],
    ['3', 3],
    ['10%', 2],
    ['100%', 25],
    ['1%', 0],
  ])('%s of 25 is %d', (text, count) => {
    expect(readFailureBudget(text, 25)).toBe(count);
  });

  it.each(['', '-1', '101%', 'all', '1.5'])('is not %j', (text) => {
    expect(() => readFailureBudget(text, 25)).toThrow('not a number of nodes or a percentage');
  });
});

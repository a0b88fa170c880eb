import { expect, it } from 'vitest';
import { buildTextTree } from '../../../src/nodetools/text-tree.ts';

it('holds shared beginnings once and branches where texts go apart, the last first', () => {
  const tree = buildTextTree([
    { nodes: ['n1'], lines: ['a', 'b', 'c'] },
    { nodes: ['n2', 'n3'], lines: ['a', 'b', 'd', 'e'] },
    { nodes: ['n4'], lines: ['a', 'b'] },
    { nodes: ['n5'], lines: ['x'] },
  ]);

  expect(tree).toEqual([
    { nodes: ['n5'], lines: ['x'], branches: [] },
    {
      nodes: ['n1', 'n2', 'n3', 'n4'],
      lines: ['a', 'b'],
      branches: [
        { nodes: ['n2', 'n3'], lines: ['d', 'e'], branches: [] },
        { nodes: ['n1'], lines: ['c'], branches: [] },
      ],
    },
  ]);
});

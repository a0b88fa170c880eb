import { describe, expect, it } from 'vitest';
import { createGather } from '../../../src/fanout/gather.ts';

const nodes = Array.from({ length: 10_000 }, (_, index) => `n${index + 1}`);
const common = 'the same line on every node\n'.repeat(30);

describe('outputs of ten thousand nodes', () => {
  it.each([
    ['all the same', (_index: number) => common, 1],
    ['nearly the same', (index: number) => `${common}end ${index % 3}\n`, 3],
    ['all different', (index: number) => `${index}\n${common}`, 10_000],
  ])(
    '%s: grouped in the order they came, memory in proportion to what differs',
    (_name, textOf, groups) => {
      const gather = createGather({ memoryBudget: 64 * 1024 * 1024 });
      for (const [index, node] of nodes.entries()) {
        const bytes = Buffer.from(textOf(index));
        // in two chunks, as from a network
        gather.feed(node, bytes.subarray(0, 100));
        gather.feed(node, bytes.subarray(100));
        gather.end(node);
      }
      const found = gather.groups();
      const { memoryBytes } = gather;
      gather.close();

      expect(found.map((group) => group.nodes.length).reduce((sum, count) => sum + count, 0)).toBe(10_000);
      expect(found).toHaveLength(groups);
      expect(found.map((group) => group.nodes[0])).toEqual(nodes.slice(0, groups));
      expect(memoryBytes).toBeLessThan(groups * 3 * common.length + 10_000);
    },
    60_000,
  );
});

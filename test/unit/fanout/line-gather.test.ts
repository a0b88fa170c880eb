import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GatheredText } from '../../../src/fanout/gather.ts';
import { createLineGather } from '../../../src/fanout/line-gather.ts';

function textOf(group: GatheredText): string {
  return Buffer.concat(Array.from(group.read(), (piece) => Buffer.from(piece))).toString('latin1');
}

describe('line gather', () => {
  test('puts nodes with the same lines together, however the lines are mixed', () => {
    const gather = createLineGather();
    const chunk = Buffer.from('xx same yy other');
    gather.add('a', chunk, 3, 7);
    gather.add('b', chunk, 3, 7);
    gather.add('c', chunk, 11, 16);
    gather.add('b', chunk, 0, 0);
    gather.add('a', Buffer.alloc(0));
    chunk.fill(0);

    expect(gather.groups().map((group) => [group.nodes, textOf(group), group.bytes])).toEqual([
      [['a', 'b'], 'same\n\n', 6],
      [['c'], 'other\n', 6],
    ]);
    expect(textOf(gather.text('c')!)).toBe('other\n');
    expect(gather.text('d')).toBeUndefined();
  });

  test('keeps lines longer than its slabs', () => {
    const gather = createLineGather();
    const long = 'x'.repeat(300_000);
    for (const line of ['short', long, long, 'end']) {
      gather.add('a', Buffer.from(line));
    }

    expect(textOf(gather.text('a')!)).toBe(`short\n${long}\n${long}\nend\n`);
  });

  test('partitions the nodes and reproduces each one’s lines', () => {
    const events = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('', 'x', 'y', 'xy')),
    );
    fc.assert(
      fc.property(events, (lines) => {
        const gather = createLineGather();
        const sent = new Map<string, string>();
        for (const [node, line] of lines) {
          gather.add(node, Buffer.from(line));
          sent.set(node, `${sent.get(node) ?? ''}${line}\n`);
        }

        const groups = gather.groups();
        expect(groups.flatMap(({ nodes }) => nodes).sort()).toEqual([...sent.keys()].sort());
        expect(new Set(groups.map(textOf)).size).toBe(groups.length);
        for (const group of groups) {
          expect(group.nodes.map((node) => sent.get(node))).toEqual(group.nodes.map(() => textOf(group)));
        }
      }),
    );
  });
});

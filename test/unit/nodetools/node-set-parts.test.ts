import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateNodeSet } from '../../../src/nodeset/evaluate.ts';
import { NodeSet } from '../../../src/nodeset/node-set.ts';
import {
  contiguousParts,
  pickNodes,
  sliceNodeSet,
  splitNodeSet,
} from '../../../src/nodetools/node-set-parts.ts';
import { expandNames } from '../../../src/nodetools/expand-names.ts';
import { readPlaces } from '../../../src/nodetools/range-set-text.ts';

const sets = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c%'), fc.nat(15), fc.boolean(), fc.option(fc.nat(3))), {
    maxLength: 25,
  })
  .map((names) =>
    NodeSet.of(
      names.map(([text, n, padded, m]) => `${text}${padded ? `0${n}` : n}${m === null ? '' : `-${m}x`}`),
    ),
  );

describe('any node set', () => {
  it('has at each place the node that it iterates over there', () => {
    fc.assert(
      fc.property(sets, fc.nat(20), fc.nat(20), (set, from, length) => {
        const slice = sliceNodeSet(set, [{ from, to: from + length }]);

        expect([...slice].toSorted()).toEqual([...set].slice(from, from + length).toSorted());
      }),
    );
  });

  it('is the union of its parts, which differ in size by one at most', () => {
    fc.assert(
      fc.property(sets, fc.integer({ min: 1, max: 9 }), (set, count) => {
        fc.pre(set.size > 0);
        const parts = [...splitNodeSet(set, count)];
        const sizes = parts.map(({ size }) => size);

        expect(parts.reduce((all, part) => all.union(part), NodeSet.empty).equals(set)).toBe(true);
        expect(sizes.reduce((a, b) => a + b)).toBe(set.size);
        expect(parts).toHaveLength(Math.min(count, set.size));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is the union of its contiguous parts', () => {
    fc.assert(
      fc.property(sets, (set) => {
        const parts = [...contiguousParts(set)];

        expect(parts.reduce((all, part) => all.union(part), NodeSet.empty).equals(set)).toBe(true);
        expect(parts.reduce((sum, { size }) => sum + size, 0)).toBe(set.size);
      }),
    );
  });

  it('expands to bytes as it iterates', () => {
    fc.assert(
      fc.property(sets, fc.constantFrom(' ', '\n', '', ', '), (set, separator) => {
        const text = Buffer.concat([...expandNames(set, separator)]).toString();

        expect(text).toBe([...set].join(separator));
      }),
    );
  });
});

it('expands a large set in pieces, across widths', async () => {
  const set = await evaluateNodeSet('node[8-100002,-2--1]');
  const pieces = [...expandNames(set, ' ')];

  expect(pieces.length).toBeGreaterThan(2);
  expect(Buffer.concat(pieces).toString()).toBe([...set].join(' '));
});

it('picks so many nodes at random, each once', () => {
  const set = NodeSet.of(['a1', 'a2', 'a3', 'b']);
  const lowest = (): number => 0;

  expect(String(pickNodes(set, 2, lowest))).toBe('a1,b');
  expect(pickNodes(set, 3).size).toBe(3);
  expect(pickNodes(set, 9)).toBe(set);
});

it.each([
  ['0-4', [{ from: 0, to: 5 }]],
  [
    '7,1-3,2',
    [
      { from: 1, to: 4 },
      { from: 7, to: 8 },
    ],
  ],
  [
    '0-4/2',
    [
      { from: 0, to: 1 },
      { from: 2, to: 3 },
      { from: 4, to: 5 },
    ],
  ],
])('reads places %s', (text, places) => {
  expect(readPlaces(text)).toEqual(places);
});

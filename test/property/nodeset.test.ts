import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateInOrder, evaluateNodeNames } from '../../src/nodeset/evaluate.ts';
import { foldNodeSet } from '../../src/nodeset/fold.ts';
import { NodeSet } from '../../src/nodeset/node-set.ts';

const index = fc.oneof(
  fc.integer({ min: 0, max: 30 }).map(String),
  fc.integer({ min: 0, max: 120 }).map((value) => String(value).padStart(3, '0')),
);
const name = fc.oneof(
  fc.tuple(fc.constantFrom('n', 'db', ''), index).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('db', 'p'), index, fc.constantFrom('-', 'n'), index)
    .map((parts) => parts.join('')),
  fc.constantFrom('login', 'gw-a', 'x.example'),
);
const names = fc.array(name, { maxLength: 40 });

const sorted = (set: Iterable<string>) => [...set].toSorted();
const plain = (wanted: Iterable<string>) => [...new Set(wanted)].toSorted();

test('a set holds exactly its names, each once', () => {
  fc.assert(
    fc.property(names, (list) => {
      const set = NodeSet.of(list);
      expect(sorted(set)).toEqual(plain(list));
      expect(set.size).toBe(new Set(list).size);
      for (const one of list) expect(set.has(one)).toBe(true);
    }),
  );
});

test('operations are those of mathematics', () => {
  fc.assert(
    fc.property(names, names, (left, right) => {
      const [a, b] = [NodeSet.of(left), NodeSet.of(right)];
      const inA = new Set(left);
      const inB = new Set(right);
      expect(sorted(a.union(b))).toEqual(plain([...left, ...right]));
      expect(sorted(a.intersection(b))).toEqual(plain(left.filter((one) => inB.has(one))));
      expect(sorted(a.difference(b))).toEqual(plain(left.filter((one) => !inB.has(one))));
      expect(sorted(a.symmetricDifference(b))).toEqual(
        plain([...left.filter((one) => !inB.has(one)), ...right.filter((one) => !inA.has(one))]),
      );
      expect(a.intersection(b).isSubsetOf(a)).toBe(true);
      expect(a.union(b).equals(b.union(a))).toBe(true);
    }),
  );
});

test('reading a folded set gives the set back, and folding it again the same text', () => {
  fc.assert(
    fc.property(names, fc.constantFrom(undefined, 2, 3, 'auto' as const), (list, autostep) => {
      fc.pre(list.length > 0);
      const set = NodeSet.of(list);
      const text = foldNodeSet(set, { autostep });
      const read = evaluateNodeNames(text);
      expect(sorted(read)).toEqual(sorted(set));
      expect(foldNodeSet(read, { autostep })).toBe(text);
    }),
  );
});

test('the order of execution keeps every node once, first come first', async () => {
  await fc.assert(
    fc.asyncProperty(names, async (list) => {
      fc.pre(list.length > 0);
      expect(await evaluateInOrder(list.join(','))).toEqual([...new Set(list)]);
    }),
  );
});

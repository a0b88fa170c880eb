import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planBatches } from '../../../src/run/batches.ts';

const nodes = (count: number) => Array.from({ length: count }, (_, index) => `n${index + 1}`);
const sizes = (count: number, spec: string) => planBatches(nodes(count), spec).map((batch) => batch.length);

test('without a spec there is one batch', () => {
  expect(planBatches(['b', 'a'], undefined)).toEqual([['b', 'a']]);
});

test.each([
  [20, '1,10%,100%', [1, 2, 17]],
  [10, '3', [3, 3, 3, 1]],
  [10, '1,25%', [1, 2, 2, 2, 2, 1]],
  [3, '10%', [1, 1, 1]],
  [2, '5,1', [2]],
])('%i nodes in batches of %s', (count, spec, expected) => {
  expect(sizes(count, spec)).toEqual(expected);
});

test.each(['0', '', '1,,2', '101%', '-1', '1.5', 'x'])('refuses %j', (spec) => {
  expect(() => planBatches(nodes(3), spec)).toThrow('is not a batch size');
});

test('batches hold every node once, in order', () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 50 }).map(String),
    fc.integer({ min: 1, max: 100 }).map((n) => `${n}%`),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.array(size, { minLength: 1, maxLength: 4 }),
      (count, spec) => {
        expect(planBatches(nodes(count), spec.join(',')).flat()).toEqual(nodes(count));
      },
    ),
  );
});

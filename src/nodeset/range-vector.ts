import type { RangeSet } from './range-set.ts';

/** A box of index tuples: the product of one range set a dimension. */
export type RangeVector = readonly RangeSet[];

export function vectorSize(vector: RangeVector): number {
  let size = 1;
  for (const axis of vector) size *= axis.size;
  return size;
}

/** Index tuples of a vector in order, the last dimension moving fastest. */
export function* keyTuples(vector: RangeVector, at = 0, before: readonly number[] = []): Generator<number[]> {
  if (at === vector.length) {
    yield [...before];
    return;
  }
  for (const key of vector[at]!.keys()) yield* keyTuples(vector, at + 1, [...before, key]);
}

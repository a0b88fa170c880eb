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

/** The union of two disjoint vectors when they differ in one dimension only. */
export function unitePair(one: RangeVector, two: RangeVector): RangeVector | undefined {
  let differing = -1;
  for (let at = 0; at < one.length; at += 1) {
    if (one[at]!.equals(two[at]!)) continue;
    if (differing !== -1) return undefined;
    differing = at;
  }
  return one.with(differing, one[differing]!.union(two[differing]!));
}

import { textOfKey } from './index-key.ts';
import { rowsOf } from './fold-rows.ts';
import { RangeSet } from './range-set.ts';
import { unitePair, vectorSize, type RangeVector } from './range-vector.ts';

/**
 * Folds boxes of more than one dimension as ClusterShell does, so that the same boxes come out in the same order
 * (found by asking it; test/differential holds it to that). What comes out depends on the nodes alone:
 * 1. where at most one dimension varies, that one is united;
 * 2. else single nodes are joined to rows (fold-rows.ts);
 * 3. then, over and over, sorted and neighbours that differ in one dimension united; at last any two boxes.
 */
export function foldVectors(vectors: readonly RangeVector[]): readonly RangeVector[] {
  if (vectors.length < 2) return vectors;
  const varying = varyingDimension(vectors);
  if (varying !== undefined) return [uniteAlong(vectors, varying)];
  const { rows, nodes } = rowsOf(vectors);
  return mergeVectors(rows, nodes);
}

/** The only dimension in which the vectors differ; undefined when there are several. */
function varyingDimension(vectors: readonly RangeVector[]): number | undefined {
  const first = vectors[0]!;
  let varying = 0;
  let count = 0;
  for (const [at, axis] of first.entries()) {
    if (vectors.every((vector) => vector[at]!.equals(axis))) continue;
    varying = at;
    count += 1;
    if (count > 1) return undefined;
  }
  return varying;
}

function uniteAlong(vectors: readonly RangeVector[], at: number): RangeVector {
  return vectors[0]!.with(at, uniteAll(vectors.map((vector) => vector[at]!)));
}

function uniteAll(sets: readonly RangeSet[]): RangeSet {
  return RangeSet.ofPairs(sets.flatMap((set) => [...set.edges]));
}

/** `vectorsBefore` is from how many vectors `list` was merged last. */
function mergeVectors(vectors: RangeVector[], vectorsBefore: number): RangeVector[] {
  let list = sortVectors(vectors);
  let before = vectorsBefore;
  let thorough = false;
  for (;;) {
    if (list.length === before) {
      if (thorough) return list;
      thorough = true;
    }
    before = list.length;
    list = sortVectors(thorough ? mergeAnyPairs(list) : mergeNeighbours(list));
  }
}

/** Unites each vector with those right after it while they differ in one dimension only. */
function mergeNeighbours(list: readonly RangeVector[]): RangeVector[] {
  const merged: RangeVector[] = [];
  let current = list[0]!;
  for (let at = 1; at < list.length; at += 1) {
    const united = unitePair(current, list[at]!);
    if (united === undefined) {
      merged.push(current);
      current = list[at]!;
    } else {
      current = united;
    }
  }
  merged.push(current);
  return merged;
}

function mergeAnyPairs(vectors: readonly RangeVector[]): RangeVector[] {
  const list = [...vectors];
  for (let one = 0; one + 1 < list.length; one += 1) {
    let two = one + 1;
    while (two < list.length) {
      const united = unitePair(list[one]!, list[two]!);
      if (united === undefined) {
        two += 1;
      } else {
        list[one] = united;
        list.splice(two, 1);
      }
    }
  }
  return list;
}

/** Most nodes first, then dimension by dimension more indexes first, then the first and the last index compared as texts. */
function sortVectors(vectors: readonly RangeVector[]): RangeVector[] {
  const keyed = vectors.map((vector) => ({
    vector,
    size: vectorSize(vector),
    bounds: vector.map((axis) => [textOfKey(axis.first), textOfKey(axis.last)] as const),
  }));
  keyed.sort((one, two) => {
    if (one.size !== two.size) return two.size - one.size;
    for (let at = 0; at < one.vector.length; at += 1) {
      const longer = two.vector[at]!.size - one.vector[at]!.size;
      if (longer !== 0) return longer;
      const [first, last] = one.bounds[at]!;
      const [otherFirst, otherLast] = two.bounds[at]!;
      if (first !== otherFirst) return first < otherFirst ? -1 : 1;
      if (last !== otherLast) return last < otherLast ? -1 : 1;
    }
    return 0;
  });
  return keyed.map(({ vector }) => vector);
}

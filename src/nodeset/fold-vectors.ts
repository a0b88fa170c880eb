import { textOfKey } from './index-key.ts';
import { RangeSet } from './range-set.ts';
import { keyTuples, vectorSize, type RangeVector } from './range-vector.ts';

/**
 * Folds boxes of more than one dimension as ClusterShell does, so that the same boxes come out in the same order
 * (found by asking it; test/differential holds it to that):
 * 1. where at most one dimension varies, that one is united;
 * 2. else the boxes are made disjoint, by cutting overlaps out or, when there are many small ones, into points;
 * 3. then, over and over, sorted and neighbours that differ in one dimension united; at last any two boxes.
 */
export function foldVectors(vectors: readonly RangeVector[]): readonly RangeVector[] {
  if (vectors.length < 2) return vectors;
  const varying = varyingDimension(vectors);
  if (varying !== undefined) return [uniteAlong(vectors, varying)];
  return mergeVectors(makeDisjoint(vectors));
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

function makeDisjoint(vectors: readonly RangeVector[]): RangeVector[] {
  let points = 0;
  for (const vector of vectors) points += vectorSize(vector);
  const pairs = (vectors.length * (vectors.length - 1)) / 2;
  return pairs > points * 10 ? intoPoints(vectors) : cutOverlaps(vectors);
}

function intoPoints(vectors: readonly RangeVector[]): RangeVector[] {
  const points = new Map<string, RangeVector>();
  const single = new Map<number, RangeSet>();
  const setOf = (key: number): RangeSet => {
    const known = single.get(key);
    if (known !== undefined) return known;
    const made = RangeSet.ofKey(key);
    single.set(key, made);
    return made;
  };
  for (const vector of vectors) {
    if (vector.every((axis) => axis.size === 1)) {
      points.set(vector.map((axis) => axis.first).join(), vector);
      continue;
    }
    for (const keys of keyTuples(vector)) points.set(keys.join(), keys.map(setOf));
  }
  return [...points.values()];
}

/** Replaces two overlapping vectors by what they share and, at the end of the list, what is left of each. */
function cutOverlaps(vectors: readonly RangeVector[]): RangeVector[] {
  const list = [...vectors];
  for (let one = 0; one + 1 < list.length; one += 1) {
    let two = one + 1;
    while (two < list.length) {
      const cut = cutPair(list[one]!, list[two]!);
      if (cut === undefined) {
        two += 1;
        continue;
      }
      list[one] = cut.shared;
      list.splice(two, 1);
      list.push(...cut.rest);
    }
  }
  return list;
}

function cutPair(
  one: RangeVector,
  two: RangeVector,
): { shared: RangeVector; rest: RangeVector[] } | undefined {
  const shared: RangeSet[] = [];
  for (const [at, axis] of one.entries()) {
    const common = axis.equals(two[at]!) ? axis : axis.intersection(two[at]!);
    if (common.size === 0) return undefined;
    shared.push(common);
  }
  const rest: RangeVector[] = [];
  for (const [at, axis] of one.entries()) {
    const onlyOne = axis.difference(shared[at]!);
    const onlyTwo = two[at]!.difference(shared[at]!);
    if (onlyOne.size > 0) rest.push(one.with(at, onlyOne));
    if (onlyTwo.size > 0) rest.push(two.with(at, onlyTwo));
  }
  return { shared, rest };
}

function mergeVectors(vectors: RangeVector[]): RangeVector[] {
  let list = sortVectors(vectors);
  let thorough = false;
  for (;;) {
    const before = list.length;
    list = sortVectors(thorough ? mergeAnyPairs(list) : mergeNeighbours(list));
    if (list.length !== before) continue;
    if (thorough) return list;
    thorough = true;
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

/** The union of two disjoint vectors when they differ in one dimension only. */
function unitePair(one: RangeVector, two: RangeVector): RangeVector | undefined {
  let differing = -1;
  for (let at = 0; at < one.length; at += 1) {
    if (one[at]!.equals(two[at]!)) continue;
    if (differing !== -1) return undefined;
    differing = at;
  }
  return one.with(differing, one[differing]!.union(two[differing]!));
}

/** Most nodes first, then dimension by dimension more indexes first, then the first index compared as text. */
function sortVectors(vectors: readonly RangeVector[]): RangeVector[] {
  const keyed = vectors.map((vector) => ({
    vector,
    size: vectorSize(vector),
    firsts: vector.map((axis) => textOfKey(axis.first)),
  }));
  keyed.sort((one, two) => {
    if (one.size !== two.size) return two.size - one.size;
    for (let at = 0; at < one.vector.length; at += 1) {
      const longer = two.vector[at]!.size - one.vector[at]!.size;
      if (longer !== 0) return longer;
      const first = one.firsts[at]!;
      const second = two.firsts[at]!;
      if (first !== second) return first < second ? -1 : 1;
    }
    return 0;
  });
  return keyed.map(({ vector }) => vector);
}

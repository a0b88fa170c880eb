import { NodeSet } from '../nodeset/node-set.ts';
import { foldRangeSet } from '../nodeset/fold-range-set.ts';
import { rangeSetOfItems } from '../nodeset/node-set-builder.ts';
import { isFault, readRangeItem } from '../nodeset/range-item.ts';
import { RangeSet } from '../nodeset/range-set.ts';
import { keyTuples, vectorSize, type RangeVector } from '../nodeset/range-vector.ts';
import { VectorSet } from '../nodeset/vector-set.ts';
import { pickPlaces, splitPlaces, type Places } from './places.ts';

/** The nodes of a set at these places, in its own order. Places outside the set are nobody's. */
export function sliceNodeSet(set: NodeSet, places: readonly Places[]): NodeSet {
  const parts = new Map<string, VectorSet>();
  let before = 0;
  for (const [pattern, vectors] of set.patterns()) {
    const kept: RangeVector[] = [];
    const dimensions = vectors[0]!.length;
    for (const vector of vectors) {
      const size = vectorSize(vector);
      for (const { from, to } of places) {
        const first = Math.max(from - before, 0);
        const end = Math.min(to - before, size);
        if (first < end) kept.push(...sliceVector(vector, first, end));
      }
      before += size;
    }
    if (kept.length > 0) parts.set(pattern, partOf(dimensions, kept));
  }
  return new NodeSet(parts);
}

/** Cuts a set into `count` sets of almost the same size, the larger ones first; into single nodes when it has fewer. */
export function* splitNodeSet(set: NodeSet, count: number): Generator<NodeSet> {
  for (const places of splitPlaces(set.size, count)) yield sliceNodeSet(set, [places]);
}

/** `count` of the nodes at random; all when there are fewer. */
export function pickNodes(set: NodeSet, count: number, random: () => number = Math.random): NodeSet {
  return count >= set.size ? set : sliceNodeSet(set, pickPlaces(set.size, count, random));
}

/** The parts of a set that have no gap in any dimension, in the order of the set. */
export function* contiguousParts(set: NodeSet): Generator<NodeSet> {
  for (const [pattern, vectors] of set.patterns()) {
    for (const vector of vectors) {
      for (const box of withoutGaps(vector)) {
        yield new NodeSet(new Map([[pattern, new VectorSet(box.length, [box])]]));
      }
    }
  }
}

/** One dimension has one vector at most: slices of it are united. */
function partOf(dimensions: number, vectors: readonly RangeVector[]): VectorSet {
  if (dimensions !== 1 || vectors.length === 1) return new VectorSet(dimensions, vectors);
  const pairs: number[] = [];
  for (const vector of vectors) for (const edge of vector[0]!.edges) pairs.push(edge);
  return new VectorSet(1, [[RangeSet.ofPairs(pairs)]]);
}

function sliceVector(vector: RangeVector, from: number, to: number): RangeVector[] {
  if (vector.length === 0 || to - from === vectorSize(vector)) return [vector];
  if (vector.length === 1) return [[vector[0]!.slice(from, to)]];
  const points: RangeVector[] = [];
  let place = 0;
  for (const keys of keyTuples(vector)) {
    if (place >= to) break;
    if (place >= from) points.push(keys.map((key) => RangeSet.ofKey(key)));
    place += 1;
  }
  return points;
}

function* withoutGaps(vector: RangeVector, at = 0): Generator<RangeVector> {
  if (at === vector.length) {
    yield vector;
    return;
  }
  for (const entry of foldRangeSet(vector[at]!).split(',')) {
    const item = readRangeItem(entry);
    if (isFault(item)) throw new Error(`a folded range set cannot be read back: ${entry}`);
    yield* withoutGaps(vector.with(at, rangeSetOfItems([item])), at + 1);
  }
}

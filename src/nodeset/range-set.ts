import { textOfKey } from './index-key.ts';

/** Which combinations of (in left, in right) a set operation keeps, as bits 1 (left only), 2 (right only), 3 (both). */
const keptBy = { union: 0b1110, difference: 0b0010, intersection: 0b1000, symmetricDifference: 0b0110 };

/**
 * An immutable set of indexes of one dimension, as sorted edges over keys (index-key.ts): even places enter the
 * set, odd places leave it. `1-3,7` is `[1, 4, 7, 8]`. Edges strictly rise, so equal sets have equal edges, and
 * a million indexes in a row cost two numbers.
 */
export class RangeSet {
  static readonly empty: RangeSet = new RangeSet(new Float64Array(0));

  readonly edges: Float64Array;
  readonly size: number;

  constructor(edges: Float64Array) {
    this.edges = edges;
    let size = 0;
    for (let at = 0; at < edges.length; at += 2) size += edges[at + 1]! - edges[at]!;
    this.size = size;
  }

  static ofKey(key: number): RangeSet {
    return new RangeSet(Float64Array.of(key, key + 1));
  }

  /** The set of `pairs`: first key, key after the last, in any order, overlapping or not. `pairs` is not kept. */
  static ofPairs(pairs: ArrayLike<number>): RangeSet {
    return new RangeSet(joinPairs(sortPairs(pairs)));
  }

  /** The set of single `keys`, which are sorted in place; repeats count once. */
  static ofKeys(keys: Float64Array): RangeSet {
    return new RangeSet(joinKeys(sortKeys(keys)));
  }

  get first(): number {
    return this.edges[0]!;
  }

  get last(): number {
    return this.edges.at(-1)! - 1;
  }

  has(key: number): boolean {
    return edgesUpTo(this.edges, key) % 2 === 1;
  }

  union(other: RangeSet): RangeSet {
    return combine(this, other, keptBy.union);
  }

  difference(other: RangeSet): RangeSet {
    return combine(this, other, keptBy.difference);
  }

  intersection(other: RangeSet): RangeSet {
    return combine(this, other, keptBy.intersection);
  }

  symmetricDifference(other: RangeSet): RangeSet {
    return combine(this, other, keptBy.symmetricDifference);
  }

  equals(other: RangeSet): boolean {
    if (this === other) return true;
    if (this.size !== other.size || this.edges.length !== other.edges.length) return false;
    for (let at = 0; at < this.edges.length; at += 1) {
      if (this.edges[at] !== other.edges[at]) return false;
    }
    return true;
  }

  isSubsetOf(other: RangeSet): boolean {
    return this.size <= other.size && this.intersection(other).size === this.size;
  }

  isDisjointFrom(other: RangeSet): boolean {
    return this.intersection(other).size === 0;
  }

  /** Keys in order. */
  *keys(): Generator<number> {
    const { edges } = this;
    for (let at = 0; at < edges.length; at += 2) {
      const end = edges[at + 1]!;
      for (let key = edges[at]!; key < end; key += 1) yield key;
    }
  }

  /** Index texts in order: length first, then digits. */
  *[Symbol.iterator](): Generator<string> {
    for (const key of this.keys()) yield textOfKey(key);
  }

  /** The members at zero-based places `from` (included) to `to` (excluded), in order. */
  slice(from: number, to: number): RangeSet {
    const pairs: number[] = [];
    let before = 0;
    for (let at = 0; at < this.edges.length && before < to; at += 2) {
      const start = this.edges[at]!;
      const length = this.edges[at + 1]! - start;
      const first = Math.max(from - before, 0);
      const end = Math.min(to - before, length);
      if (first < end) pairs.push(start + first, start + end);
      before += length;
    }
    return new RangeSet(Float64Array.from(pairs));
  }
}

/** How many edges are at or before `key`. */
function edgesUpTo(edges: Float64Array, key: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One sweep over both edge lists serves all four operations. */
function combine(left: RangeSet, right: RangeSet, kept: number): RangeSet {
  const a = left.edges;
  const b = right.edges;
  const out = new Float64Array(a.length + b.length);
  let [i, j, length, inside] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const nextA = i < a.length ? a[i]! : Infinity;
    const nextB = j < b.length ? b[j]! : Infinity;
    const edge = nextA < nextB ? nextA : nextB;
    if (nextA === edge) i += 1;
    if (nextB === edge) j += 1;
    const now = (kept >> ((i & 1) | ((j & 1) << 1))) & 1;
    if (now !== inside) {
      out[length] = edge;
      length += 1;
      inside = now;
    }
  }
  return new RangeSet(length === out.length ? out : out.slice(0, length));
}

function sortKeys(keys: Float64Array): Float64Array {
  for (let at = 1; at < keys.length; at += 1) {
    if (keys[at]! < keys[at - 1]!) return keys.sort();
  }
  return keys;
}

function joinKeys(keys: Float64Array): Float64Array {
  let runs = 0;
  for (let at = 0; at < keys.length; at += 1) {
    if (at === 0 || keys[at]! > keys[at - 1]! + 1) runs += 1;
  }
  const edges = new Float64Array(runs * 2);
  let length = 0;
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at]!;
    if (length === 0 || key > edges[length - 1]!) {
      edges[length] = key;
      length += 2;
    }
    edges[length - 1] = key + 1;
  }
  return edges;
}

function sortPairs(pairs: ArrayLike<number>): ArrayLike<number> {
  let sorted = true;
  for (let at = 2; at < pairs.length && sorted; at += 2) sorted = pairs[at]! >= pairs[at - 2]!;
  if (sorted) return pairs;
  const order = Array.from({ length: pairs.length / 2 }, (_, place) => place * 2);
  order.sort((one, other) => pairs[one]! - pairs[other]!);
  return order.flatMap((at) => [pairs[at]!, pairs[at + 1]!]);
}

function joinPairs(pairs: ArrayLike<number>): Float64Array {
  const edges = new Float64Array(pairs.length);
  let length = 0;
  for (let at = 0; at < pairs.length; at += 2) {
    const end = pairs[at + 1]!;
    if (length > 0 && pairs[at]! <= edges[length - 1]!) {
      if (end > edges[length - 1]!) edges[length - 1] = end;
      continue;
    }
    edges[length] = pairs[at]!;
    edges[length + 1] = end;
    length += 2;
  }
  return edges.slice(0, length);
}

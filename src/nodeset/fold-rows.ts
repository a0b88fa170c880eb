import { bandStart, longestIndex, textOfKey } from './index-key.ts';
import { RangeSet } from './range-set.ts';
import { keyTuples, unitePair, type RangeVector } from './range-vector.ts';

/** All nodes that share every index but the last. */
interface Row {
  readonly before: readonly RangeSet[];
  readonly texts: readonly string[];
  /** Edges of the last dimension, in any order. */
  readonly pairs: number[];
}

/**
 * What ClusterShell's first pass over single nodes makes of `vectors`: nodes in the order of their indexes as texts,
 * each united with the vector before it when they differ in one dimension only. Done row by row, because of a row
 * only the first node (as text) can join the vector before it; the others join each other.
 */
export function rowsOf(vectors: readonly RangeVector[]): { rows: RangeVector[]; nodes: number } {
  const rows: RangeVector[] = [];
  let nodes = 0;
  let current: RangeVector | undefined;
  for (const { before, pairs } of sortedRows(vectors)) {
    const last = RangeSet.ofPairs(pairs);
    nodes += last.size;
    const first = last.size === 1 ? last : RangeSet.ofKey(firstAsText(last));
    const united = current === undefined ? undefined : uniteWithFirst(current, before, first);
    if (united === undefined) {
      if (current !== undefined) rows.push(current);
      current = [...before, last];
    } else if (last.size === 1) {
      current = united;
    } else {
      rows.push(united);
      current = [...before, last.difference(first)];
    }
  }
  if (current !== undefined) rows.push(current);
  return { rows, nodes };
}

function uniteWithFirst(
  current: RangeVector,
  before: readonly RangeSet[],
  first: RangeSet,
): RangeVector | undefined {
  return current.at(-1)!.equals(first) ? unitePair(current, [...before, first]) : undefined;
}

function sortedRows(vectors: readonly RangeVector[]): Row[] {
  const rows = new Map<string | number, Row>();
  const single = new Map<number, RangeSet>();
  const setOf = (key: number): RangeSet => {
    const known = single.get(key);
    if (known !== undefined) return known;
    const made = RangeSet.ofKey(key);
    single.set(key, made);
    return made;
  };
  for (const vector of vectors) {
    const edges = vector.at(-1)!.edges;
    for (const keys of keyTuples(vector.slice(0, -1))) {
      const name = keys.length === 1 ? keys[0]! : keys.join();
      let row = rows.get(name);
      if (row === undefined) {
        row = { before: keys.map(setOf), texts: keys.map(textOfKey), pairs: [] };
        rows.set(name, row);
      }
      for (const edge of edges) row.pairs.push(edge);
    }
  }
  return [...rows.values()].sort((one, other) => compareTexts(one.texts, other.texts));
}

function compareTexts(one: readonly string[], other: readonly string[]): number {
  for (let at = 0; at < one.length; at += 1) {
    if (one[at] !== other[at]) return one[at]! < other[at]! ? -1 : 1;
  }
  return 0;
}

/** The key whose text sorts first: the first of a run or of the indexes of one length, `10` before `9`. */
function firstAsText(set: RangeSet): number {
  let found = set.first;
  let foundText = textOfKey(found);
  const consider = (key: number): void => {
    const text = textOfKey(key);
    if (text < foundText) [found, foundText] = [key, text];
  };
  const { edges } = set;
  for (let at = 0; at < edges.length; at += 2) {
    const end = edges[at + 1]!;
    // Among negative ones it may be any: -15 comes before -2.
    for (let key = edges[at]!; key < Math.min(end, 0); key += 1) consider(key);
    if (edges[at]! >= 0) consider(edges[at]!);
    for (let length = 1; length <= longestIndex; length += 1) {
      const start = bandStart(length);
      if (start > edges[at]! && start < end) consider(start);
    }
  }
  return found;
}

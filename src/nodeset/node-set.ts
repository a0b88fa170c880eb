import { textOfKey } from './index-key.ts';
import { comparePatterns, splitName, textsOf } from './node-pattern.ts';
import { NodeSetBuilder } from './node-set-builder.ts';
import { foldNodeSet } from './fold.ts';
import type { RangeVector } from './range-vector.ts';
import { VectorSet } from './vector-set.ts';

/**
 * An immutable set of node names. It iterates in the order `nodeset -e` prints: pattern by pattern, then by
 * folded vector, then by index. Names that differ only in padding (`n1`, `n01`) are different nodes.
 */
export class NodeSet implements Iterable<string> {
  static readonly empty: NodeSet = new NodeSet(new Map());

  /** Nodes by pattern (node-pattern.ts), never empty ones. */
  private readonly parts: ReadonlyMap<string, VectorSet>;
  private sorted: readonly string[] | undefined;

  /** Takes `parts` over; NodeSetBuilder makes them. */
  constructor(parts: ReadonlyMap<string, VectorSet>) {
    this.parts = parts;
  }

  /** The set of plain node names: no character in them has a meaning. */
  static of(names: Iterable<string>): NodeSet {
    const builder = new NodeSetBuilder();
    for (const name of names) builder.addName(name);
    return new NodeSet(builder.takeParts());
  }

  get size(): number {
    let size = 0;
    for (const part of this.parts.values()) size += part.size;
    return size;
  }

  /** Patterns in the order of the set, with their disjoint vectors. */
  *patterns(): Generator<[pattern: string, vectors: readonly RangeVector[]]> {
    this.sorted ??= [...this.parts.keys()].sort(comparePatterns);
    for (const pattern of this.sorted) yield [pattern, this.parts.get(pattern)!.vectors];
  }

  /** Nodes by pattern, for those who make new sets of them. */
  get partsByPattern(): ReadonlyMap<string, VectorSet> {
    return this.parts;
  }

  has(name: string): boolean {
    const { pattern, keys } = splitName(name);
    return this.parts.get(pattern)?.has(keys) ?? false;
  }

  union(other: NodeSet): NodeSet {
    if (other.parts.size === 0) return this;
    const parts = new Map(this.parts);
    for (const [pattern, part] of other.parts) parts.set(pattern, parts.get(pattern)?.union(part) ?? part);
    return new NodeSet(parts);
  }

  difference(other: NodeSet): NodeSet {
    return this.withEach((part, pattern) => {
      const removed = other.parts.get(pattern);
      return removed === undefined ? part : part.difference(removed);
    });
  }

  intersection(other: NodeSet): NodeSet {
    return this.withEach((part, pattern) => {
      const kept = other.parts.get(pattern);
      return kept === undefined ? undefined : part.intersection(kept);
    });
  }

  symmetricDifference(other: NodeSet): NodeSet {
    const onlyOther = other.difference(this);
    return this.difference(other).union(onlyOther);
  }

  equals(other: NodeSet): boolean {
    if (this.parts.size !== other.parts.size) return false;
    for (const [pattern, part] of this.parts) {
      const twin = other.parts.get(pattern);
      if (twin === undefined || !part.equals(twin)) return false;
    }
    return true;
  }

  isSubsetOf(other: NodeSet): boolean {
    for (const [pattern, part] of this.parts) {
      const whole = other.parts.get(pattern);
      if (whole === undefined || !part.isSubsetOf(whole)) return false;
    }
    return true;
  }

  *[Symbol.iterator](): Generator<string> {
    for (const [pattern, vectors] of this.patterns()) {
      const texts = textsOf(pattern);
      for (const vector of vectors) yield* namesOfVector(texts, vector, 0, '');
    }
  }

  /** Folded, as `nodeset -f` prints it. */
  toString(): string {
    return foldNodeSet(this);
  }

  private withEach(change: (part: VectorSet, pattern: string) => VectorSet | undefined): NodeSet {
    const parts = new Map<string, VectorSet>();
    for (const [pattern, part] of this.parts) {
      const changed = change(part, pattern);
      if (changed !== undefined && changed.size > 0) parts.set(pattern, changed);
    }
    return new NodeSet(parts);
  }
}

function* namesOfVector(
  texts: readonly string[],
  vector: RangeVector,
  at: number,
  before: string,
): Generator<string> {
  const start = before + texts[at]!;
  if (at === vector.length) {
    yield start;
    return;
  }
  if (at === vector.length - 1) {
    const end = texts[at + 1]!;
    for (const key of vector[at]!.keys()) yield start + textOfKey(key) + end;
    return;
  }
  for (const key of vector[at]!.keys()) yield* namesOfVector(texts, vector, at + 1, start + textOfKey(key));
}

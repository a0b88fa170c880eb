import { foldVectors } from './fold-vectors.ts';
import { vectorSize, type RangeVector } from './range-vector.ts';

/**
 * The nodes of one pattern: an immutable union of vectors. A pattern without a dimension has one empty vector,
 * one with a single dimension one vector. With more, which vectors cover the set, and in which order, is part of
 * what ClusterShell prints and of the order it expands in, so folding (fold-vectors.ts) follows its steps. It is
 * done on first need.
 */
export class VectorSet {
  readonly dimensions: number;
  private readonly raw: readonly RangeVector[];
  private folded: readonly RangeVector[] | undefined;

  constructor(dimensions: number, vectors: readonly RangeVector[]) {
    this.dimensions = dimensions;
    this.raw = vectors;
    this.folded = vectors.length <= 1 ? vectors : undefined;
  }

  /** Disjoint vectors in ClusterShell's order. */
  get vectors(): readonly RangeVector[] {
    this.folded ??= foldVectors(this.raw);
    return this.folded;
  }

  get size(): number {
    let size = 0;
    for (const vector of this.vectors) size += vectorSize(vector);
    return size;
  }

  has(keys: readonly number[]): boolean {
    return this.raw.some((vector) => vector.every((axis, at) => axis.has(keys[at]!)));
  }

  union(other: VectorSet): VectorSet {
    if (this.dimensions === 0) return this;
    return new VectorSet(this.dimensions, [...this.vectors, ...other.vectors]);
  }

  intersection(other: VectorSet): VectorSet {
    if (this === other) return this;
    const kept: RangeVector[] = [];
    for (const one of this.vectors) {
      for (const two of other.vectors) {
        const common = one.map((axis, at) => axis.intersection(two[at]!));
        if (common.every((axis) => axis.size > 0)) kept.push(common);
      }
    }
    return new VectorSet(this.dimensions, kept);
  }

  difference(other: VectorSet): VectorSet {
    if (this === other) return new VectorSet(this.dimensions, []);
    let left = this.vectors;
    for (const removed of other.vectors) left = left.flatMap((vector) => withoutVector(vector, removed));
    return new VectorSet(this.dimensions, left);
  }

  symmetricDifference(other: VectorSet): VectorSet {
    return this.difference(other).union(other.difference(this));
  }

  equals(other: VectorSet): boolean {
    return this.size === other.size && this.isSubsetOf(other);
  }

  isSubsetOf(other: VectorSet): boolean {
    return this.difference(other).size === 0;
  }
}

/** What is left of `vector`, in disjoint parts: for each dimension the part outside `removed`, inside it in those before. */
function withoutVector(vector: RangeVector, removed: RangeVector): RangeVector[] {
  const parts: RangeVector[] = [];
  let inside = vector;
  for (const [at, axis] of vector.entries()) {
    const rest = axis.difference(removed[at]!);
    if (rest.size === axis.size) return [vector];
    if (rest.size > 0) parts.push(inside.with(at, rest));
    inside = inside.with(at, axis.intersection(removed[at]!));
  }
  return parts;
}

import { itemSize, pushItemPairs, type RangeItem } from './range-item.ts';
import { largestSet, NodeSetTooLargeError } from './errors.ts';
import { patternOf, splitName } from './node-pattern.ts';
import { templateSize, type NameTemplate } from './name-template.ts';
import { RangeSet } from './range-set.ts';
import type { RangeVector } from './range-vector.ts';
import { VectorSet } from './vector-set.ts';
import type { NodeSet } from './node-set.ts';

/** What was added for one pattern and is not sorted yet. */
interface PendingPart {
  readonly dimensions: number;
  /** One dimension: keys and key after the last, two by two. */
  readonly pairs: number[];
  /** Several dimensions: boxes. */
  readonly vectors: RangeVector[];
}

/** Gathers names, templates and sets into one; sorting waits until the parts are taken. */
export class NodeSetBuilder {
  private pending = new Map<string, PendingPart>();
  private added = 0;

  /** Adds a plain name: no character in it has a meaning. */
  addName(name: string): void {
    const { pattern, keys } = splitName(name);
    const part = this.part(pattern, keys.length);
    if (keys.length === 1) part.pairs.push(keys[0]!, keys[0]! + 1);
    else if (keys.length > 1) part.vectors.push(keys.map((key) => RangeSet.ofKey(key)));
  }

  /** Adds the names a template spells out; throws NodeSetTooLargeError before they take memory. */
  addTemplate(template: NameTemplate, text: string): void {
    this.added += templateSize(template);
    if (this.added > largestSet) throw new NodeSetTooLargeError(text, largestSet);
    const part = this.part(patternOf(template.texts), template.axes.length);
    if (template.axes.length === 1) {
      for (const item of template.axes[0]!) pushItemPairs(item, part.pairs);
    } else if (template.axes.length > 1) {
      part.vectors.push(template.axes.map(rangeSetOfItems));
    }
  }

  addSet(set: NodeSet): void {
    for (const [pattern, { dimensions, vectors }] of set.partsByPattern) {
      const part = this.part(pattern, dimensions);
      if (dimensions === 1) for (const edge of vectors[0]![0]!.edges) part.pairs.push(edge);
      else if (dimensions > 1) part.vectors.push(...vectors);
    }
  }

  /** The parts of the set; the builder is empty afterwards. */
  takeParts(): Map<string, VectorSet> {
    const parts = new Map<string, VectorSet>();
    for (const [pattern, { dimensions, pairs, vectors }] of this.pending) {
      if (dimensions === 0) vectors.push([]);
      if (dimensions === 1) vectors.push([RangeSet.ofPairs(pairs)]);
      parts.set(pattern, new VectorSet(dimensions, vectors));
    }
    this.pending = new Map();
    this.added = 0;
    return parts;
  }

  private part(pattern: string, dimensions: number): PendingPart {
    const known = this.pending.get(pattern);
    if (known !== undefined) return known;
    const part: PendingPart = { dimensions, pairs: [], vectors: [] };
    this.pending.set(pattern, part);
    return part;
  }
}

/** The set of the entries between two brackets. */
export function rangeSetOfItems(items: readonly RangeItem[]): RangeSet {
  let size = 0;
  for (const item of items) size += itemSize(item);
  if (size > largestSet)
    throw new NodeSetTooLargeError(`${items[0]!.first}-${items.at(-1)!.last}`, largestSet);
  const pairs: number[] = [];
  for (const item of items) pushItemPairs(item, pairs);
  return RangeSet.ofPairs(pairs);
}

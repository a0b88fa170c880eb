import { foldRangeSet } from './fold-range-set.ts';
import { textOfKey } from './index-key.ts';
import { textsOf } from './node-pattern.ts';
import { parseAxes, selectedAxes } from './axes.ts';
import type { NodeSet } from './node-set.ts';
import { RangeSet } from './range-set.ts';
import type { RangeVector } from './range-vector.ts';

/** How to fold; the defaults fold every dimension and print no steps. */
export interface FoldOptions {
  /**
   * Print rows of equal distance as `1-9/2` when they have at least this many members; a percentage is of the
   * size of the whole set, `auto` is 100%.
   */
  readonly autostep?: number | `${number}%` | 'auto' | undefined;
  /** The dimensions to fold, 1-based, as in `nodeset --axis`: `1`, `1-2`, `1,3` or one negative, `-1` for the last. */
  readonly axes?: string | undefined;
}

/** The shortest text of a set, as `nodeset -f` prints it. Empty text for the empty set. */
export function foldNodeSet(set: NodeSet, options: FoldOptions = {}): string {
  const autostep = leastMembers(options.autostep, set);
  const axes = options.axes === undefined ? undefined : parseAxes(options.axes);
  const words: string[] = [];
  for (const [pattern, vectors] of set.patterns()) {
    const texts = textsOf(pattern);
    const folded = axes === undefined ? undefined : selectedAxes(axes, texts.length - 1);
    for (const vector of vectors) {
      for (const part of folded === undefined ? [vector] : spreadOthers(vector, folded)) {
        words.push(vectorText(texts, part, autostep));
      }
    }
  }
  return words.join();
}

function leastMembers(autostep: FoldOptions['autostep'], set: NodeSet): number {
  if (autostep === undefined) return Infinity;
  if (typeof autostep === 'number') return autostep;
  const percent = autostep === 'auto' ? 100 : Number(autostep.slice(0, -1));
  return (set.size * percent) / 100;
}

function vectorText(texts: readonly string[], vector: RangeVector, autostep: number): string {
  let text = texts[0]!;
  for (const [at, axis] of vector.entries()) {
    const between = axis.size === 1 ? textOfKey(axis.first) : `[${foldRangeSet(axis, autostep)}]`;
    text += between + texts[at + 1]!;
  }
  return text;
}

/** Cuts a vector so that only the dimensions in `folded` hold more than one index; the first one moves fastest. */
function* spreadOthers(
  vector: RangeVector,
  folded: ReadonlySet<number>,
  at = vector.length - 1,
): Generator<RangeVector> {
  if (at < 0) {
    yield vector;
    return;
  }
  if (folded.has(at)) {
    yield* spreadOthers(vector, folded, at - 1);
    return;
  }
  for (const key of vector[at]!.keys()) {
    yield* spreadOthers(vector.with(at, RangeSet.ofKey(key)), folded, at - 1);
  }
}

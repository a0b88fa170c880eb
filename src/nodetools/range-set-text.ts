import { NodeSet } from '../nodeset/node-set.ts';
import { NodeSetBuilder } from '../nodeset/node-set-builder.ts';
import { NodeSetSyntaxError } from '../nodeset/errors.ts';
import { isFault, readRangeItem, type RangeItem } from '../nodeset/range-item.ts';
import type { Places } from './places.ts';

/**
 * A set of bare numbers as `-R` takes it: `1-5/2,08`. It is kept as a node set whose names are the numbers, so that
 * everything sets can do works for it too. There are no operators in the text.
 * @throws NodeSetSyntaxError
 */
export function readRangeSet(text: string): NodeSet {
  const builder = new NodeSetBuilder();
  if (text.trim() !== '') builder.addTemplate({ texts: ['', ''], axes: [readItems(text)] }, text);
  return new NodeSet(builder.takeParts());
}

/** Zero-based places written as a range set: `0-9/3,20`; negative ones are nobody's. In rising order, disjoint. */
export function readPlaces(text: string): Places[] {
  const numbers = new Set<number>();
  const places: Places[] = [];
  for (const { first, last, step } of readItems(text)) {
    if (step === 1) places.push({ from: first, to: last + 1 });
    else for (let value = first; value <= last; value += step) numbers.add(value);
  }
  for (const number of numbers) places.push({ from: number, to: number + 1 });
  return joinPlaces(places);
}

function joinPlaces(places: readonly Places[]): Places[] {
  const joined: Places[] = [];
  for (const { from, to } of places.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last === undefined || from > last.to) joined.push({ from, to });
    else if (to > last.to) joined[joined.length - 1] = { from: last.from, to };
  }
  return joined;
}

function readItems(text: string): RangeItem[] {
  const items: RangeItem[] = [];
  let at = 0;
  for (const entry of text.split(',')) {
    const item = readRangeItem(entry.trim());
    if (isFault(item)) throw new NodeSetSyntaxError(`bad range: ${item.reason}`, text, at + item.at);
    items.push(item);
    at += entry.length + 1;
  }
  return items;
}

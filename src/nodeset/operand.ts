import { isFault, itemSize, readRangeItem, type RangeItem } from './range-item.ts';
import { itemKey } from './range-item.ts';
import { longestIndex, textOfKey } from './index-key.ts';
import { largestSet, NodeSetSyntaxError, NodeSetTooLargeError } from './errors.ts';
import { foldRangeSet } from './fold-range-set.ts';
import type { NameTemplate } from './name-template.ts';
import { rangeSetOfItems } from './node-set-builder.ts';

/** One operand, its brackets read. */
export interface Operand {
  readonly kind: 'nodes' | 'wildcard' | 'group' | 'groupNames';
  /** Without the `@` or `@@` of groups. */
  readonly template: NameTemplate;
  /** As written. */
  readonly text: string;
  readonly offset: number;
}

/** What an operand is cut from, for messages. */
interface Place {
  readonly text: string;
  readonly origin: string | undefined;
}

/** Reads text[start, end), which holds no operator outside brackets and no blank at its ends. */
export function readOperand(text: string, start: number, end: number, origin?: string): Operand {
  const written = text.slice(start, end);
  const place = { text, origin };
  const marks = written.startsWith('@@') ? 2 : Number(written.startsWith('@'));
  const template = readTemplate(place, start + marks, end);
  return { kind: kindOf(written, marks), template, text: written, offset: start };
}

function kindOf(written: string, marks: number): Operand['kind'] {
  if (marks === 2) return 'groupNames';
  if (marks === 1) return 'group';
  return written.includes('*') || written.includes('?') ? 'wildcard' : 'nodes';
}

function readTemplate(place: Place, start: number, end: number): NameTemplate {
  const { text } = place;
  const texts: string[] = [];
  const axes: RangeItem[][] = [];
  let literal = '';
  let at = start;
  while (at < end) {
    const character = text[at]!;
    if (character === ']') throw fault(place, 'illegal closing bracket in node set', at);
    if (character !== '[' && !isDigit(character)) {
      literal += character;
      at += 1;
      continue;
    }
    const slot = readSlot(place, at, end);
    texts.push(literal + slot.literal);
    axes.push(slot.items);
    literal = '';
    at = slot.end;
  }
  texts.push(literal);
  return { texts, axes };
}

interface Slot {
  /** Leading digits of an index longer than keys can hold; they stay text. */
  readonly literal: string;
  readonly items: RangeItem[];
  readonly end: number;
}

/** Reads digits, an optional bracket and the digits after it: together they make one dimension. */
function readSlot(place: Place, start: number, end: number): Slot {
  const { text } = place;
  const open = endOfDigits(text, start, end);
  if (open === end || text[open] !== '[') {
    const cut = Math.max(start, open - longestIndex);
    return {
      literal: text.slice(start, cut),
      items: [readItem(place, text.slice(cut, open), cut)],
      end: open,
    };
  }
  const close = closingBracket(place, open, end);
  const after = endOfDigits(text, close + 1, end);
  if (text[after] === '[' && after < end) throw fault(place, 'illegal reopening bracket in node set', after);
  const suffix = text.slice(close + 1, after);
  const entries = text.slice(open + 1, close).split(',');
  const cut = open - indexPrefixLength(entries, open - start, suffix.length);
  const prefix = text.slice(cut, open);
  const items: RangeItem[] = [];
  let entryStart = open + 1;
  for (const entry of touchedRanges(place, entries, open + 1, prefix, suffix)) {
    const blanks = entry.length - entry.trimStart().length;
    for (const item of readEntry(place, entry.trim(), entryStart + blanks, prefix, suffix)) items.push(item);
    entryStart += entry.length + 1;
  }
  return { literal: text.slice(start, cut), items, end: after };
}

/**
 * The ranges that digits before a bracket are put in front of: ClusterShell folds the bracket first, so that
 * `4[5-9,10]` is `4[5-10]`, which is 45 to 410. Written order is kept where folding changes nothing.
 */
function touchedRanges(
  place: Place,
  entries: readonly string[],
  start: number,
  prefix: string,
  suffix: string,
): readonly string[] {
  if (prefix === '' || suffix !== '' || entries.length === 1) return entries;
  const plain: RangeItem[] = [];
  let at = start;
  for (const entry of entries) {
    const blanks = entry.length - entry.trimStart().length;
    const item = readItem(place, entry.trim(), at + blanks);
    if (item.first < 0) return entries;
    plain.push(item);
    at += entry.length + 1;
  }
  const folded = foldRangeSet(rangeSetOfItems(plain)).split(',');
  const written = new Set(entries.map((entry) => entry.trim()));
  return folded.length === entries.length && folded.every((range) => written.has(range)) ? entries : folded;
}

/** How many of the digits before the bracket belong to the index when all of them make it too long. */
function indexPrefixLength(entries: readonly string[], before: number, after: number): number {
  const bounds = entries.flatMap((entry) => entry.split('-'));
  const length = bounds[0]!.trim().length;
  if (before + length + after <= longestIndex) return before;
  const uniform = bounds.every((bound) => bound.trim().length === length);
  return uniform ? Math.max(longestIndex - length - after, 0) : before;
}

function closingBracket(place: Place, open: number, end: number): number {
  for (let at = open + 1; at < end; at += 1) {
    if (place.text[at] === ']') return at;
    if (place.text[at] === '[') throw fault(place, 'illegal opening bracket in node set', at);
  }
  throw fault(place, 'missing closing bracket in node set', open);
}

/** Digits touching the bracket belong to the bounds, as text: `1[2-3]4` is 124 to 134 in steps of 10. */
function readEntry(place: Place, entry: string, at: number, prefix: string, suffix: string): RangeItem[] {
  const item = readItem(place, entry, at);
  if (prefix === '' && suffix === '') return [item];
  if (item.first < 0) throw fault(place, `bad range: digits touch a negative range: "${entry}"`, at);
  if (suffix !== '' && entry.includes('/')) {
    throw fault(place, `illegal trailing digits after range with steps: "${suffix}"`, at + entry.length);
  }
  if (item.step > 1) return eachMember(place, item, at, prefix, suffix);
  const mixedLengths = lengthOfText(item, item.first) !== lengthOfText(item, item.last);
  if (suffix !== '' && prefix !== '' && mixedLengths) return eachMember(place, item, at, prefix, suffix);
  const [first, last] = [item.first, item.last].map(
    (value) => prefix + textOfKey(itemKey(item, value)) + suffix,
  );
  if (item.first === item.last) return [readItem(place, first!, at)];
  const touched = readItem(place, `${first}-${last}`, at);
  return [suffix === '' ? touched : { ...touched, step: 10 ** suffix.length }];
}

function lengthOfText(item: RangeItem, value: number): number {
  return textOfKey(itemKey(item, value)).length;
}

function eachMember(place: Place, item: RangeItem, at: number, prefix: string, suffix: string): RangeItem[] {
  if (itemSize(item) > largestSet) {
    throw new NodeSetTooLargeError(`${item.first}-${item.last}/${item.step}`, largestSet);
  }
  const items: RangeItem[] = [];
  for (let value = item.first; value <= item.last; value += item.step) {
    items.push(readItem(place, prefix + textOfKey(itemKey(item, value)) + suffix, at));
  }
  return items;
}

function readItem(place: Place, entry: string, at: number): RangeItem {
  const read = readRangeItem(entry);
  if (isFault(read)) throw fault(place, `bad range: ${read.reason}`, at + read.at);
  return read;
}

function endOfDigits(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(text[at]!)) at += 1;
  return at;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function fault(place: Place, reason: string, offset: number): NodeSetSyntaxError {
  return new NodeSetSyntaxError(reason, place.text, offset, place.origin);
}

import { keyOf, keyOfNumber, bandStart, longestIndex, unpaddedStart } from './index-key.ts';

/** One entry between brackets as written: `8-12`, `001-010/3`, `5`. Values, not keys. */
export interface RangeItem {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** Digits of every padded member; 0 when not padded. */
  readonly width: number;
}

/** Why an entry is wrong; the caller knows where it stands. `at` is its place in the entry's text. */
export interface RangeFault {
  readonly reason: string;
  readonly at: number;
}

const entryShape = /^(-?\d+)(?:\s*-\s*(-?\d+))?(?:\s*\/\s*(.*))?$/s;

/** Reads one entry, blanks around it removed. */
export function readRangeItem(text: string): RangeItem | RangeFault {
  if (text === '') return { reason: 'empty range', at: 0 };
  const [, first, last = first, step] = entryShape.exec(text) ?? [];
  if (first === undefined || last === undefined) {
    return { reason: `cannot convert string to integer: "${text}"`, at: faultPlace(text) };
  }
  if (step !== undefined && !/^-?\d+$/.test(step)) {
    return { reason: `cannot convert string to integer: "${text}"`, at: text.indexOf('/') + 1 };
  }
  return checkBounds(text, first, last, step);
}

function checkBounds(
  text: string,
  first: string,
  last: string,
  stepText: string | undefined,
): RangeItem | RangeFault {
  const step = stepText === undefined ? 1 : Number(stepText);
  if (stepText !== undefined && !text.slice(1).includes('-')) {
    return { reason: `invalid step usage: "${text}"`, at: text.indexOf('/') };
  }
  if (step < 1) return { reason: `invalid values in range: "${text}"`, at: text.indexOf('/') + 1 };
  if (first.length > longestIndex + 1 || last.length > longestIndex + 1) {
    return { reason: `range too large: "${text}"`, at: 0 };
  }
  const width = Math.max(paddedWidth(first), paddedWidth(last));
  if (width > 0 && (first.startsWith('-') || last.startsWith('-'))) {
    return { reason: `padding not supported in negative ranges: "${text}"`, at: 0 };
  }
  if (width > 0 && first.length !== last.length) {
    return { reason: `padding length mismatch: "${text}"`, at: 0 };
  }
  // + 0 turns the -0 of `-0` into 0.
  const item = { first: Number(first) + 0, last: Number(last) + 0, step, width };
  if (item.first > item.last) return { reason: `invalid values in range: "${text}"`, at: 0 };
  return item;
}

function faultPlace(text: string): number {
  const wrong = /[^\d\s/-]/.exec(text);
  return wrong?.index ?? 0;
}

function paddedWidth(digits: string): number {
  return digits.length > 1 && (digits.startsWith('0') || digits.startsWith('-0')) ? digits.length : 0;
}

export function isFault(read: RangeItem | RangeFault): read is RangeFault {
  return 'reason' in read;
}

/** How many members an entry has. */
export function itemSize(item: RangeItem): number {
  return Math.floor((item.last - item.first) / item.step) + 1;
}

/** Key of the member `value` of `item`. */
export function itemKey(item: RangeItem, value: number): number {
  return item.width > 0 ? keyOf(item.width, value) : keyOfNumber(value);
}

/** Adds the members of `item` to `pairs` (first key, key after the last). */
export function pushItemPairs(item: RangeItem, pairs: number[]): void {
  if (item.step > 1) {
    for (let value = item.first; value <= item.last; value += item.step) {
      const key = itemKey(item, value);
      pairs.push(key, key + 1);
    }
    return;
  }
  if (item.width > 0) {
    pairs.push(keyOf(item.width, item.first), keyOf(item.width, item.last) + 1);
    return;
  }
  if (item.first < 0) pairs.push(item.first, Math.min(item.last + 1, 0));
  let from = Math.max(item.first, 0);
  for (let length = 1; from <= item.last; length += 1) {
    const start = unpaddedStart(length);
    const least = start - bandStart(length);
    const next = 10 ** length;
    if (from < next) {
      pairs.push(start + Math.max(from, least) - least, start + Math.min(item.last + 1, next) - least);
      from = next;
    }
  }
}

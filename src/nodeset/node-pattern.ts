import { bandStart, longestIndex } from './index-key.ts';

/**
 * The pattern of a name is its text with `%s` for each run of digits (`%%` for a percent sign): `db%s-%s` for
 * `db69-1`. Patterns sort by code point, which orders a set.
 */
export interface SplitName {
  readonly pattern: string;
  /** Keys of the indexes, left to right (index-key.ts). */
  readonly keys: readonly number[];
}

const zero = 48;
const nine = 57;

/** Cuts a plain name into pattern and indexes. No character but the digits 0–9 has a meaning. */
export function splitName(name: string): SplitName {
  const keys: number[] = [];
  let pattern = '';
  let textStart = 0;
  for (let at = 0; at < name.length; at += 1) {
    if (!isDigit(name.charCodeAt(at))) continue;
    let end = at + 1;
    while (end < name.length && isDigit(name.charCodeAt(end))) end += 1;
    const start = Math.max(at, end - longestIndex);
    pattern += `${escapeText(name.slice(textStart, start))}%s`;
    keys.push(digitsKey(name, start, end));
    textStart = end;
    at = end;
  }
  return { pattern: pattern + escapeText(name.slice(textStart)), keys };
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

function digitsKey(name: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + name.charCodeAt(at) - zero;
  return bandStart(end - start) + value;
}

function escapeText(text: string): string {
  return text.includes('%') ? text.replaceAll('%', '%%') : text;
}

/** The pattern of literal `texts` with a dimension between each two. */
export function patternOf(texts: readonly string[]): string {
  return texts.map(escapeText).join('%s');
}

/** The literal texts around the dimensions of a pattern. */
export function textsOf(pattern: string): string[] {
  if (!pattern.includes('%')) return [pattern];
  const texts = [''];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]!;
    if (character !== '%') {
      texts[texts.length - 1] += character;
      continue;
    }
    at += 1;
    if (pattern[at] === 's') texts.push('');
    else texts[texts.length - 1] += '%';
  }
  return texts;
}

/** Order of patterns: by code point, where `<` on strings compares UTF-16 units. */
export function comparePatterns(one: string, other: string): number {
  if (one === other) return 0;
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    if (one.charCodeAt(at) === other.charCodeAt(at)) continue;
    return one.codePointAt(at)! - other.codePointAt(at)!;
  }
  return one.length - other.length;
}

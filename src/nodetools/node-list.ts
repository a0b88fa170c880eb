import { bandStart, longestIndex } from '../nodeset/index-key.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import { NodeSetBuilder } from '../nodeset/node-set-builder.ts';
import { splitName } from '../nodeset/node-pattern.ts';
import { RangeSet } from '../nodeset/range-set.ts';
import type { RangeVector } from '../nodeset/range-vector.ts';
import { VectorSet } from '../nodeset/vector-set.ts';
import { expressionWords } from './expression-words.ts';

/** A list of nodes as read: plain names at once as a set, everything that needs evaluation as text. */
export interface NodeList {
  readonly names: NodeSet;
  readonly expressions: readonly string[];
}

/** Reads a list of nodes from bytes while they arrive. */
export interface NodeListReader {
  feed(chunk: Buffer): void;
  /** The list; nothing may be fed afterwards. */
  end(): NodeList;
}

const LF = 10;

/** What a byte is to this reader. */
const kinds = { plain: 0, digit: 1, blank: 2, newline: 3, comment: 4, special: 5 } as const;
const kindOf = makeKinds();

/** Letters, digits and the punctuation of host names are plain: everything else may have a meaning in an expression. */
function makeKinds(): Uint8Array {
  const table = new Uint8Array(256).fill(kinds.special);
  for (let byte = 0; byte < 128; byte += 1) {
    if (/[A-Za-z._:/+=~-]/.test(String.fromCharCode(byte))) table[byte] = kinds.plain;
  }
  table.fill(kinds.digit, 48, 58);
  for (const blank of [9, 11, 12, 13, 32]) table[blank] = kinds.blank;
  table[LF] = kinds.newline;
  table[35] = kinds.comment;
  return table;
}

/** The indexes seen for one text before and after a number. */
interface Column {
  readonly prefix: Buffer;
  readonly suffix: Buffer;
  keys: Float64Array;
  length: number;
}

/**
 * Words separated by blanks and line ends, `#` to the end of the line left out, as nodeset reads them; a last line
 * need not be ended. A million names take a few numbers each and no string.
 */
export function createNodeListReader(): NodeListReader {
  const columns = new Map<string, Column>();
  const builder = new NodeSetBuilder();
  const vectors = new Map<string, RangeVector[]>();
  const single = new Map<number, RangeSet>();
  const expressions: string[] = [];
  let column: Column | undefined;
  let rest: Buffer = Buffer.alloc(0);

  const columnOf = (bytes: Buffer, start: number, digits: number, tail: number, end: number): Column => {
    if (column !== undefined && fits(column, bytes, start, digits, tail, end)) return column;
    const key = `${bytes.toString('latin1', start, digits)}\0${bytes.toString('latin1', tail, end)}`;
    let found = columns.get(key);
    if (found === undefined) {
      found = {
        prefix: Buffer.from(bytes.subarray(start, digits)),
        suffix: Buffer.from(bytes.subarray(tail, end)),
        keys: new Float64Array(16),
        length: 0,
      };
      columns.set(key, found);
    }
    column = found;
    return found;
  };

  /** Names of several dimensions share the range sets of their indexes, which makes folding them much cheaper. */
  const addOtherName = (name: string): void => {
    const { pattern, keys } = splitName(name);
    if (keys.length < 2) {
      builder.addName(name);
      return;
    }
    const vector = keys.map((key) => {
      const known = single.get(key) ?? RangeSet.ofKey(key);
      single.set(key, known);
      return known;
    });
    const others = vectors.get(pattern);
    if (others === undefined) vectors.set(pattern, [vector]);
    else others.push(vector);
  };

  const addWord = (bytes: Buffer, start: number, end: number): void => {
    let tail = end;
    while (tail > start && kindOf[bytes[tail - 1]!] !== kinds.digit) tail -= 1;
    let digits = tail;
    let value = 0;
    let unit = 1;
    while (digits > start && kindOf[bytes[digits - 1]!] === kinds.digit) {
      digits -= 1;
      value += (bytes[digits]! - 48) * unit;
      unit *= 10;
    }
    let at = start;
    while (at < digits && kindOf[bytes[at]!] !== kinds.digit) at += 1;
    if (tail === start || at < digits || tail - digits > longestIndex) {
      addOtherName(bytes.toString('latin1', start, end));
      return;
    }
    const into = columnOf(bytes, start, digits, tail, end);
    if (into.length === into.keys.length) into.keys = doubled(into.keys);
    into.keys[into.length] = bandStart(tail - digits) + value;
    into.length += 1;
  };

  /** Reads the line at `start`; gives back where the next one starts. Words count only once the line is known to be plain. */
  const words: number[] = [];
  const readLine = (bytes: Buffer, start: number): number => {
    let count = 0;
    let at = start;
    for (;;) {
      while (kindOf[bytes[at]!] === kinds.blank) at += 1;
      const from = at;
      while (kindOf[bytes[at]!]! <= kinds.digit) at += 1;
      if (at > from) {
        words[count] = from;
        words[count + 1] = at;
        count += 2;
      }
      const kind = kindOf[bytes[at]!]!;
      if (kind === kinds.blank) continue;
      if (kind === kinds.special) return readExpressions(bytes, start);
      for (let word = 0; word < count; word += 2) addWord(bytes, words[word]!, words[word + 1]!);
      return kind === kinds.newline ? at + 1 : bytes.indexOf(LF, at) + 1;
    }
  };

  const readExpressions = (bytes: Buffer, start: number): number => {
    const end = bytes.indexOf(LF, start);
    for (const word of expressionWords(bytes.toString('utf8', start, end))) expressions.push(word);
    return end + 1;
  };

  const feed = (chunk: Buffer): void => {
    const complete = chunk.lastIndexOf(LF) + 1;
    let at = 0;
    if (rest.length > 0 && complete > 0) {
      const first = chunk.indexOf(LF) + 1;
      readLine(Buffer.concat([rest, chunk.subarray(0, first)]), 0);
      rest = Buffer.alloc(0);
      at = first;
    }
    while (at < complete) at = readLine(chunk, at);
    if (complete < chunk.length) rest = Buffer.concat([rest, chunk.subarray(complete)]);
  };

  return {
    feed,
    end() {
      if (rest.length > 0) readLine(Buffer.concat([rest, Buffer.from([LF])]), 0);
      const parts = builder.takeParts();
      for (const { prefix, suffix, keys, length } of columns.values()) {
        const pattern = `${prefix.toString('latin1')}%s${suffix.toString('latin1')}`;
        const set = RangeSet.ofKeys(keys.subarray(0, length));
        parts.set(pattern, new VectorSet(1, [[set]]));
      }
      for (const [pattern, boxes] of vectors) parts.set(pattern, new VectorSet(boxes[0]!.length, boxes));
      return { names: new NodeSet(parts), expressions };
    },
  };
}

function fits(
  column: Column,
  bytes: Buffer,
  start: number,
  digits: number,
  tail: number,
  end: number,
): boolean {
  const { prefix, suffix } = column;
  if (digits - start !== prefix.length || end - tail !== suffix.length) return false;
  for (let at = 0; at < prefix.length; at += 1) if (bytes[start + at] !== prefix[at]) return false;
  for (let at = 0; at < suffix.length; at += 1) if (bytes[tail + at] !== suffix[at]) return false;
  return true;
}

function doubled(keys: Float64Array): Float64Array {
  const larger = new Float64Array(keys.length * 2);
  larger.set(keys);
  return larger;
}

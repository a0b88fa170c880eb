import { bandStart, lengthOfKey, textOfKey } from '../nodeset/index-key.ts';
import { textsOf } from '../nodeset/node-pattern.ts';
import type { NodeSet } from '../nodeset/node-set.ts';
import { keyTuples, type RangeVector } from '../nodeset/range-vector.ts';

const chunkBytes = 256 * 1024;

/** The names of a set with `separator` between them, in its order, as large pieces of UTF-8. A piece is not reused. */
export function* expandNames(set: NodeSet, separator: string): Generator<Buffer> {
  const writer = new NameWriter(Buffer.from(separator));
  for (const [pattern, vectors] of set.patterns()) {
    const texts = textsOf(pattern);
    for (const vector of vectors) yield* writeVector(writer, texts, vector);
  }
  yield writer.take();
}

/** The same for any names, `change` applied to each. */
export function* joinNames(
  names: Iterable<string>,
  separator: string,
  change: (name: string) => string,
): Generator<Buffer> {
  let text = '';
  let first = true;
  for (const name of names) {
    text += first ? change(name) : separator + change(name);
    first = false;
    if (text.length >= chunkBytes) {
      yield Buffer.from(text);
      text = '';
    }
  }
  yield Buffer.from(text);
}

function* writeVector(writer: NameWriter, texts: readonly string[], vector: RangeVector): Generator<Buffer> {
  const last = vector.at(-1);
  if (last === undefined) {
    yield* writer.write(Buffer.from(texts[0]!));
    return;
  }
  const suffix = Buffer.from(texts.at(-1)!);
  for (const outer of keyTuples(vector.slice(0, -1))) {
    const prefix = Buffer.from(
      outer.reduce((text, key, at) => text + textOfKey(key) + texts[at + 1]!, texts[0]!),
    );
    const { edges } = last;
    for (let at = 0; at < edges.length; at += 2) {
      yield* writeRun(writer, prefix, edges[at]!, edges[at + 1]!, suffix);
    }
  }
}

/** Names with the keys from `first` to before `end`: digits are counted up in place, number by number. */
function* writeRun(
  writer: NameWriter,
  prefix: Buffer,
  first: number,
  end: number,
  suffix: Buffer,
): Generator<Buffer> {
  for (let key = first; key < end;) {
    const name = Buffer.concat([prefix, Buffer.from(textOfKey(key)), suffix]);
    if (key < 0) {
      yield* writer.write(name);
      key += 1;
      continue;
    }
    const bandEnd = Math.min(end, bandStart(lengthOfKey(key) + 1));
    const lastDigit = name.length - suffix.length - 1;
    for (; key < bandEnd; key += 1) {
      if (!writer.fits(name.length)) yield writer.take();
      writer.put(name);
      countUp(name, lastDigit);
    }
  }
}

function countUp(name: Buffer, lastDigit: number): void {
  let at = lastDigit;
  while (name[at] === 57) {
    name[at] = 48;
    at -= 1;
  }
  name[at]! += 1;
}

/** Fills one piece after the other. */
class NameWriter {
  private readonly separator: Buffer;
  private piece: Buffer = Buffer.allocUnsafe(chunkBytes);
  private length = 0;
  private first = true;

  constructor(separator: Buffer) {
    this.separator = separator;
  }

  fits(bytes: number): boolean {
    return this.length + this.separator.length + bytes <= this.piece.length;
  }

  /** Only what `fits`. */
  put(name: Buffer): void {
    const { piece } = this;
    let at = this.length;
    if (!this.first) {
      for (let from = 0; from < this.separator.length; from += 1) piece[at++] = this.separator[from]!;
    }
    this.first = false;
    for (let from = 0; from < name.length; from += 1) piece[at++] = name[from]!;
    this.length = at;
  }

  *write(name: Buffer): Generator<Buffer> {
    if (!this.fits(name.length)) yield this.take();
    this.put(name);
  }

  /** What is written so far; the next piece is new. */
  take(): Buffer {
    const taken = this.piece.subarray(0, this.length);
    this.piece = Buffer.allocUnsafe(chunkBytes);
    this.length = 0;
    return taken;
  }
}

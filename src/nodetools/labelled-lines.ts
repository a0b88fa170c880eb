import { UserError } from '../errors.ts';

/** Lines of one key are handed on together, this many bytes at a time. */
const batchBytes = 2048;
const LF = 10;
const CR = 13;

/** Lines of one key, each ended by a newline. The bytes are only valid until the next ones are asked for. */
export interface LabelledLines {
  readonly key: string;
  readonly lines: Buffer;
}

/** Reads `key: text` lines from bytes while they arrive. */
export interface LabelledLineReader {
  /** The lines that can be handed on; more of the same key may be kept back to go together. */
  feed(chunk: Buffer): Generator<LabelledLines>;
  /** The input is complete: what was kept back. */
  end(): Generator<LabelledLines>;
}

interface Batch {
  readonly key: string;
  readonly keyBytes: Buffer;
  readonly bytes: Buffer;
  length: number;
}

/** A key with one of these may stand for nodes that other keys stand for too. */
export const setKey = /[[\],!&^@*?]/;

/**
 * Cuts lines at the first `separator`; the key goes without the blanks around it. CRLF counts as LF, and the last line
 * need not be ended. The lines of a key keep their order; those of different keys as soon as one of them is a set.
 * @throws UserError for a line without separator or without key
 */
export function createLabelledLineReader(separator: string): LabelledLineReader {
  if (separator === '') throw new UserError('-S: the separator is empty');
  const mark = Buffer.from(separator);
  const batches = new Map<string, Batch>();
  let inOrder = false;
  let current: Batch | undefined;
  let rest: Buffer = Buffer.alloc(0);
  let lineNumber = 0;

  const createBatch = (key: string, keyBytes: Buffer): Batch => {
    const batch = { key, keyBytes, bytes: Buffer.allocUnsafe(batchBytes), length: 0 };
    batches.set(key, batch);
    return batch;
  };

  function* keptBack(): Generator<LabelledLines> {
    for (const batch of batches.values()) yield* take(batch);
  }

  /** The batch of the key at bytes[from, to), new ones included. */
  const batchOf = (bytes: Buffer, from: number, to: number): Batch => {
    if (current !== undefined && isSame(current.keyBytes, bytes, from, to)) return current;
    const key = bytes.toString('utf8', from, to);
    return batches.get(key) ?? createBatch(key, Buffer.from(bytes.subarray(from, to)));
  };

  /** Hands on what must go before a line of `batch` of this size. */
  function* makeRoom(batch: Batch, size: number): Generator<LabelledLines> {
    if (!inOrder && setKey.test(batch.key)) {
      yield* keptBack();
      inOrder = true;
    }
    if (inOrder && current !== undefined && current !== batch) yield* take(current);
    if (batch.length + size > batchBytes) yield* take(batch);
  }

  /** Reads bytes[start, newlineAt): generators only where something is handed on, which is not at every line. */
  const readLine = (bytes: Buffer, start: number, newlineAt: number): Iterable<LabelledLines> | undefined => {
    lineNumber += 1;
    const end = newlineAt > start && bytes[newlineAt - 1] === CR ? newlineAt - 1 : newlineAt;
    const at = findMark(bytes, mark, start, end);
    if (at === -1) throw noSeparator(bytes.toString('utf8', start, end), separator, lineNumber);
    let from = start;
    let to = at;
    while (from < to && isBlank(bytes[from]!)) from += 1;
    while (to > from && isBlank(bytes[to - 1]!)) to -= 1;
    if (from === to) throw noKey(bytes.toString('utf8', start, end), separator, lineNumber);
    const batch = batchOf(bytes, from, to);
    const textStart = at + mark.length;
    const size = end - textStart + 1;
    const fits = batch.length + size <= batchBytes;
    if (fits && (batch === current || (!inOrder && batch.length > 0))) {
      current = batch;
      addLine(batch, bytes, textStart, end);
      return undefined;
    }
    return addWithRoom(batch, bytes, textStart, end);
  };

  function* addWithRoom(batch: Batch, bytes: Buffer, from: number, to: number): Generator<LabelledLines> {
    const size = to - from + 1;
    yield* makeRoom(batch, size);
    current = batch;
    if (size <= batchBytes) addLine(batch, bytes, from, to);
    else yield { key: batch.key, lines: Buffer.concat([bytes.subarray(from, to), newline]) };
  }

  return {
    *feed(chunk) {
      let at = 0;
      if (rest.length > 0) {
        at = chunk.indexOf(LF) + 1;
        rest = Buffer.concat([rest, at === 0 ? chunk : chunk.subarray(0, at)]);
        if (at === 0) return;
        yield* readLine(rest, 0, rest.length - 1) ?? [];
      }
      for (let end = chunk.indexOf(LF, at); end !== -1; end = chunk.indexOf(LF, at)) {
        const ready = readLine(chunk, at, end);
        if (ready !== undefined) yield* ready;
        at = end + 1;
      }
      rest = Buffer.from(chunk.subarray(at));
    },
    *end() {
      if (rest.length > 0) yield* readLine(rest, 0, rest.length) ?? [];
      yield* keptBack();
    },
  };
}

/** Adds bytes[from, to) and a newline; there must be room. */
function addLine(batch: Batch, bytes: Buffer, from: number, to: number): void {
  bytes.copy(batch.bytes, batch.length, from, to);
  batch.length += to - from + 1;
  batch.bytes[batch.length - 1] = LF;
}

function* take(batch: Batch): Generator<LabelledLines> {
  if (batch.length === 0) return;
  const lines = batch.bytes.subarray(0, batch.length);
  batch.length = 0;
  yield { key: batch.key, lines };
}

const newline = Buffer.from('\n');

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9;
}

function isSame(key: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (to - from !== key.length) return false;
  for (let at = 0; at < key.length; at += 1) if (bytes[from + at] !== key[at]) return false;
  return true;
}

function findMark(bytes: Buffer, mark: Buffer, start: number, end: number): number {
  const last = end - mark.length;
  const first = mark[0];
  for (let at = start; at <= last; at += 1) {
    if (bytes[at] === first && (mark.length === 1 || isSame(mark, bytes, at, at + mark.length))) return at;
  }
  return -1;
}

function noSeparator(line: string, separator: string, lineNumber: number): UserError {
  return new UserError(
    `line ${lineNumber} has no ${JSON.stringify(separator)}: ${JSON.stringify(shortened(line))}`,
    {
      code: 'NO_SEPARATOR',
      hint: 'Each line must be `node: text`; -S names another separator.',
    },
  );
}

function noKey(line: string, separator: string, lineNumber: number): UserError {
  return new UserError(
    `line ${lineNumber} names no node before ${JSON.stringify(separator)}: ${JSON.stringify(shortened(line))}`,
    { code: 'NO_NODE', hint: 'Each line must be `node: text`.' },
  );
}

function shortened(line: string): string {
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

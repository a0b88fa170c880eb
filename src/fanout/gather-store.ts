import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAX_PIECE_BYTES = 1024 * 1024;

/** A run of bytes of one text: in memory (`buffer`, filled up to `length`), or in the spill file (`filePosition`). */
export interface Piece {
  readonly start: number;
  length: number;
  readonly buffer: Buffer | undefined;
  readonly filePosition: number;
}

export interface GatherStoreOptions {
  /** Bytes of distinct text kept in memory; what comes later goes to a temporary file. */
  readonly memoryBudget: number;
  /** Folder of the temporary file, which has no name there (it is unlinked as soon as it is open). */
  readonly spillFolder?: string;
}

/** Holds the bytes of a gather: in memory up to a budget, then in a temporary file. */
export interface GatherStore {
  /** Appends a copy of `bytes` to the text made of `pieces`, which is `length` bytes long. */
  append(pieces: Piece[], length: number, bytes: Buffer): void;
  /** Bytes `from` to `to` of a piece. Valid until the next call. */
  slice(piece: Piece, from: number, to: number): Buffer;
  readonly memoryBytes: number;
  readonly spilledBytes: number;
  close(): void;
}

export function createGatherStore(options: GatherStoreOptions): GatherStore {
  let memoryBytes = 0;
  let spilledBytes = 0;
  let file: number | undefined;
  let scratch = Buffer.alloc(0);

  const spill = (pieces: Piece[], start: number, bytes: Buffer): void => {
    file ??= openNameless(options.spillFolder ?? tmpdir());
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(file, bytes, written, bytes.length - written, spilledBytes + written);
    }
    const last = pieces.at(-1);
    if (last !== undefined && last.buffer === undefined && last.filePosition + last.length === spilledBytes) {
      last.length += bytes.length;
    } else {
      pieces.push({ start, length: bytes.length, buffer: undefined, filePosition: spilledBytes });
    }
    spilledBytes += bytes.length;
  };

  const append = (pieces: Piece[], length: number, bytes: Buffer): void => {
    let taken = 0;
    const last = pieces.at(-1);
    if (last?.buffer !== undefined && last.length < last.buffer.length) {
      taken = bytes.copy(last.buffer, last.length);
      last.length += taken;
    }
    const rest = bytes.length - taken;
    if (rest === 0) {
      return;
    }
    // The first piece has the exact size (most outputs are one short chunk), later ones double.
    const capacity = Math.max(rest, Math.min(length, MAX_PIECE_BYTES));
    if (memoryBytes + capacity > options.memoryBudget) {
      spill(pieces, length + taken, bytes.subarray(taken));
      return;
    }
    const buffer = Buffer.allocUnsafe(capacity);
    bytes.copy(buffer, 0, taken);
    memoryBytes += capacity;
    pieces.push({ start: length + taken, length: rest, buffer, filePosition: -1 });
  };

  const slice = (piece: Piece, from: number, to: number): Buffer => {
    if (piece.buffer !== undefined) {
      return piece.buffer.subarray(from, to);
    }
    const wanted = to - from;
    if (scratch.length < wanted) {
      scratch = Buffer.allocUnsafe(wanted);
    }
    let got = 0;
    while (got < wanted) {
      const count = readSync(file!, scratch, got, wanted - got, piece.filePosition + from + got);
      if (count === 0) {
        throw new Error('the temporary file of gathered output was cut short by someone else');
      }
      got += count;
    }
    return scratch.subarray(0, wanted);
  };

  return {
    append,
    slice,
    get memoryBytes() {
      return memoryBytes;
    },
    get spilledBytes() {
      return spilledBytes;
    },
    close() {
      if (file !== undefined) {
        closeSync(file);
        file = undefined;
      }
    },
  };
}

function openNameless(folder: string): number {
  const path = join(folder, `muster-gather-${randomBytes(8).toString('hex')}`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return file;
}

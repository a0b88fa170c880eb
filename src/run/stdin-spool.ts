import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

const readSize = 64 * 1024;

/**
 * One input for many readers that start at different times: each gets all of it from the beginning, as clush's nodes
 * do with its standard input. Small inputs stay in memory, larger ones go to an unlinked file, so memory stays flat.
 */
export class StdinSpool {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #folder: string;
  readonly #memoryLimit: number;
  #chunks: Buffer[] = [];
  #length = 0;
  #inMemory = 0;
  #file: number | undefined;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void)[] = [];
  #started = false;

  /** @param folder for the temporary file, e.g. os.tmpdir() */
  constructor(source: AsyncIterable<Uint8Array>, folder: string, memoryLimit = 4 * 1024 * 1024) {
    this.#source = source;
    this.#folder = folder;
    this.#memoryLimit = memoryLimit;
  }

  /** Reads the whole input, waiting for what has not come yet. Reading the source starts with the first reader. */
  async *read(): AsyncGenerator<Uint8Array> {
    this.#start();
    let position = 0;
    for (;;) {
      const chunk = this.#next(position);
      if (chunk !== undefined) {
        position += chunk.length;
        yield chunk;
      } else if (this.#ended) {
        break;
      } else {
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Frees the temporary file. Readers must have ended. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#chunks = [];
  }

  /** What has come from `position` on, at most one chunk; undefined when there is nothing yet. */
  #next(position: number): Buffer | undefined {
    if (position >= this.#length) return undefined;
    if (this.#file !== undefined) {
      const chunk = Buffer.alloc(Math.min(readSize, this.#length - position));
      return chunk.subarray(0, readSync(this.#file, chunk, 0, chunk.length, position));
    }
    let start = 0;
    for (const chunk of this.#chunks) {
      if (start + chunk.length > position) return chunk.subarray(position - start);
      start += chunk.length;
    }
    return undefined;
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    try {
      for await (const chunk of this.#source) {
        this.#append(Buffer.from(chunk));
        this.#notify();
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
    this.#ended = true;
    this.#notify();
  }

  #append(chunk: Buffer): void {
    if (this.#file === undefined && this.#inMemory + chunk.length > this.#memoryLimit) this.#spill();
    if (this.#file === undefined) {
      this.#chunks.push(chunk);
      this.#inMemory += chunk.length;
    } else {
      writeAll(this.#file, chunk, this.#length);
    }
    this.#length += chunk.length;
  }

  #spill(): void {
    const path = join(this.#folder, `muster-stdin-${randomBytes(8).toString('hex')}`);
    this.#file = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    let position = 0;
    for (const chunk of this.#chunks) {
      writeAll(this.#file, chunk, position);
      position += chunk.length;
    }
    this.#chunks = [];
  }

  #notify(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}

/** write(2) may write less than asked without an error. */
function writeAll(file: number, chunk: Buffer, position: number): void {
  let written = 0;
  while (written < chunk.length) {
    written += writeSync(file, chunk, written, chunk.length - written, position + written);
  }
}

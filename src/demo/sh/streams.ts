import { BrokenPipe } from './job.ts';

/** Where a program's output goes. The promise resolves when more may be written. */
export interface Output {
  write(bytes: string | Uint8Array): Promise<void>;
}

/** Keeps everything: for `$(…)` and for files. */
export class Collector implements Output {
  readonly #chunks: Uint8Array[] = [];

  write(bytes: string | Uint8Array): Promise<void> {
    this.#chunks.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    return Promise.resolve();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

export const discard: Output = { write: () => Promise.resolve() };

/** Bytes to read; several programs may share one, each takes what it reads. */
export class Input {
  #rest: Buffer = Buffer.alloc(0);
  readonly #next: () => Promise<Uint8Array | undefined>;

  /** `next` gives the next bytes, undefined at the end (again and again). */
  constructor(next: () => Promise<Uint8Array | undefined>) {
    this.#next = next;
  }

  static of(bytes: string | Uint8Array): Input {
    let rest: Uint8Array | undefined = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    return new Input(() => {
      const now = rest;
      rest = undefined;
      return Promise.resolve(now);
    });
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#rest.length > 0) {
      const now = this.#rest;
      this.#rest = Buffer.alloc(0);
      return now;
    }
    return this.#next();
  }

  /** The next line without its end; what follows stays for the next reader. `ended` when no line end was found. */
  async readLine(): Promise<{ line: string; ended: boolean }> {
    const chunks: Uint8Array[] = [];
    for (;;) {
      const chunk = await this.read();
      if (chunk === undefined) {
        return { line: Buffer.concat(chunks).toString(), ended: true };
      }
      const end = chunk.indexOf(10);
      if (end !== -1) {
        chunks.push(chunk.subarray(0, end));
        this.#rest = Buffer.from(chunk.subarray(end + 1));
        return { line: Buffer.concat(chunks).toString(), ended: false };
      }
      chunks.push(chunk);
    }
  }

  /** Gives bytes back: the next reader gets them first. */
  unread(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([bytes, this.#rest]);
  }

  async readAll(): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for (let chunk = await this.read(); chunk !== undefined; chunk = await this.read()) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

const pipeCapacity = 64 * 1024;

/** What stands between two programs: bounded, so that a fast writer waits, and a writer nobody reads ends. */
export class Pipe implements Output {
  readonly input: Input = new Input(() => this.#take());
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  #writerDone = false;
  #readerDone = false;
  #wake: (() => void)[] = [];

  async write(bytes: string | Uint8Array): Promise<void> {
    while (this.#size >= pipeCapacity && !this.#readerDone) {
      await this.#change();
    }
    if (this.#readerDone) {
      throw new BrokenPipe();
    }
    const chunk = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    if (chunk.length > 0) {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.#changed();
    }
  }

  closeWriter(): void {
    this.#writerDone = true;
    this.#changed();
  }

  closeReader(): void {
    this.#readerDone = true;
    this.#changed();
  }

  async #take(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0 && !this.#writerDone) {
      await this.#change();
    }
    const chunk = this.#chunks.shift();
    this.#size -= chunk?.length ?? 0;
    this.#changed();
    return chunk;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.push(resolve);
    });
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) {
      wake();
    }
  }
}

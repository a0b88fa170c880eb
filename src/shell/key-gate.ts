import { Readable } from 'node:stream';

/** The terminal's keyboard: process.stdin, or a stream in a test. */
export interface KeySource extends NodeJS.ReadableStream {
  setRawMode?(raw: boolean): unknown;
}

export interface KeyHandlers {
  /** Ctrl-C while the gate is closed; `dropped` when lines typed ahead were forgotten with it. */
  interrupt(dropped: boolean): void;
  /** Enter with nothing typed before it, while the gate is closed. */
  enter(): void;
}

const ctrlC = 0x03;
const ctrlZ = 0x1a;
const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Stands between the keyboard and the line editor. While a command runs it is closed: Ctrl-C and Enter are told at
 * once, everything else waits for the next prompt. Text goes through line by line, so a pasted script runs one line
 * after the other and is never read by the editor ahead of its turn.
 */
export class KeyGate extends Readable {
  readonly #source: KeySource;
  readonly #handlers: KeyHandlers;
  #waiting: Buffer = Buffer.alloc(0);
  #closed = false;
  #ended = false;
  #borrowers = 0;

  constructor(source: KeySource, handlers: KeyHandlers) {
    super();
    this.#source = source;
    this.#handlers = handlers;
    source.on('data', this.#onData);
    source.on('end', this.#onEnd);
    source.on('close', this.#onEnd);
    // A terminal that is taken away is read as an error (EIO).
    source.on('error', this.#onEnd);
    this.on('resume', () => this.#pumpSoon());
  }

  /** readline switches the terminal through its input. */
  setRawMode(raw: boolean): this {
    this.#source.setRawMode?.(raw);
    return this;
  }

  hold(): void {
    this.#closed = true;
  }

  open(): void {
    this.#closed = false;
    this.#pump();
  }

  /** Forgets what was typed ahead: after Ctrl-C the rest of a pasted script must not run. */
  discard(): void {
    this.#waiting = Buffer.alloc(0);
  }

  /** Leaves the keyboard to somebody else for a while; see LendTerminal. */
  async lend<T>(use: () => Promise<T>): Promise<T> {
    this.#borrowers += 1;
    this.#source.pause();
    this.#source.setRawMode?.(false);
    try {
      return await use();
    } finally {
      this.#borrowers -= 1;
      if (this.#borrowers === 0 && !this.destroyed) {
        this.#source.setRawMode?.(true);
        this.#source.resume();
      }
    }
  }

  /** Lets go of the keyboard. */
  detach(): void {
    this.#source.removeListener('data', this.#onData);
    this.#source.removeListener('end', this.#onEnd);
    this.#source.removeListener('close', this.#onEnd);
    this.#source.removeListener('error', this.#onEnd);
    this.#source.pause();
    this.destroy();
  }

  override _read(): void {
    this.#pumpSoon();
  }

  readonly #onData = (chunk: Buffer | string): void => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const kept = this.#closed ? this.#listen(bytes) : bytes;
    this.#waiting = Buffer.concat([this.#waiting, kept]);
    this.#pump();
  };

  readonly #onEnd = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#closed) this.#handlers.interrupt(false);
    this.#pump();
  };

  /** Acts on the keys that count while a command runs, and returns the others. */
  #listen(bytes: Buffer): Buffer {
    const interrupt = bytes.lastIndexOf(ctrlC);
    if (interrupt >= 0) {
      const dropped = this.#waiting.length > 0 || interrupt > 0;
      this.#waiting = Buffer.alloc(0);
      this.#handlers.interrupt(dropped);
      return bytes.subarray(interrupt + 1);
    }
    const kept = bytes.filter((byte) => byte !== ctrlZ);
    const bare =
      this.#waiting.length === 0 && kept.every((byte) => byte === lineFeed || byte === carriageReturn);
    if (!bare || kept.length === 0) return Buffer.from(kept);
    this.#handlers.enter();
    return Buffer.alloc(0);
  }

  /** After the stream has handed on what it holds: it asks for more before that, and does not ask again. */
  #pumpSoon(): void {
    setImmediate(() => this.#pump());
  }

  /** Gives one piece, a line at most, and only when the editor has taken the one before: it may close the gate. */
  #pump(): void {
    while (!this.#closed && this.readableLength === 0 && this.#waiting.length > 0) {
      const end = endOfPiece(this.#waiting);
      const piece = this.#waiting.subarray(0, end);
      this.#waiting = this.#waiting.subarray(end);
      this.push(piece);
      if (!this.readableFlowing) return;
    }
    if (this.#ended && !this.#closed && this.#waiting.length === 0 && !this.destroyed) this.push(null);
  }
}

/** The editor stops reading at Tab until the candidates are known; what follows must not reach it before. */
function endOfPiece(bytes: Buffer): number {
  const at = bytes.findIndex((byte) => byte === lineFeed || byte === carriageReturn || byte === tab);
  if (at < 0) return bytes.length;
  return bytes[at] === carriageReturn && bytes[at + 1] === lineFeed ? at + 2 : at + 1;
}

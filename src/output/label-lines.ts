const MAX_LINE_BYTES = 1024 * 1024;
const LF = 10;

/** Turns a stream of chunks into labelled lines. Bytes travel as latin1 strings: the engine's fastest text. */
export interface LineLabeller {
  /** The lines completed by this chunk, labelled, CRLF as LF; empty when there are none. */
  feed(chunk: Buffer): string;
  /** The last line, if it was not ended: completed. */
  flush(): string;
  /** Lines that were split for being longer than the limit. */
  readonly splitLines: number;
}

export interface LineLabellerOptions {
  /** Before each line, as latin1 of its UTF-8 bytes. */
  readonly label: string;
  /** Applied to whole lines before they are labelled. */
  readonly mend: (lines: string) => string;
  /** A longer line is split, so that one endless line cannot fill the memory. Default: 1 MiB. */
  readonly maxLineBytes?: number;
}

export function createLineLabeller(options: LineLabellerOptions): LineLabeller {
  const { label, mend } = options;
  const maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
  const separator = `\n${label}`;
  let rest = '';
  let splitLines = 0;
  let splitting = false;

  const labelled = (lines: string): string => {
    const mended = mend(lines.includes('\r') ? withoutCr(lines) : lines);
    return `${label}${label === '' ? mended : mended.replaceAll('\n', separator)}\n`;
  };

  const split = (): string => {
    splitLines += splitting ? 0 : 1;
    splitting = true;
    const at = characterBoundary(rest, maxLineBytes);
    const piece = labelled(rest.slice(0, at));
    rest = rest.slice(at);
    return piece;
  };

  return {
    feed(chunk) {
      const last = chunk.lastIndexOf(LF);
      let complete = '';
      if (last === -1) {
        rest += chunk.toString('latin1');
      } else {
        complete = labelled(rest + chunk.toString('latin1', 0, last));
        rest = chunk.toString('latin1', last + 1);
        splitting = false;
      }
      while (rest.length > maxLineBytes) {
        complete += split();
      }
      return complete;
    },
    flush() {
      if (rest === '') {
        return '';
      }
      // A CR that nothing followed is content: it may be half of a progress bar.
      const line = `${label}${mend(rest)}\n`;
      rest = '';
      return line;
    },
    get splitLines() {
      return splitLines;
    },
  };
}

/** CRLF to LF in lines whose last newline is already off. */
function withoutCr(lines: string): string {
  const inner = lines.replaceAll('\r\n', '\n');
  return inner.endsWith('\r') ? inner.slice(0, -1) : inner;
}

/** The last offset up to `limit` that does not fall inside a UTF-8 character. */
function characterBoundary(bytes: string, limit: number): number {
  for (let at = limit; at > limit - 4; at -= 1) {
    if ((bytes.charCodeAt(at) & 0xc0) !== 0x80) {
      return at;
    }
  }
  return limit;
}

const MAX_LINE_BYTES = 1024 * 1024;
/** Parts of a line need not wait for more. */
const MAX_PART_BYTES = 32 * 1024;
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
  /** No more of an unfinished line is held, so that one endless line cannot fill the memory. Default: 1 MiB, 32 KiB for `continue`. */
  readonly maxLineBytes?: number;
  /**
   * What happens to a longer line: `split` (default) makes several lines of it, `continue` passes its parts on as they
   * come, which is right when nobody else writes in between.
   */
  readonly longLines?: 'split' | 'continue';
}

export function createLineLabeller(options: LineLabellerOptions): LineLabeller {
  const { label, mend } = options;
  const splits = options.longLines !== 'continue';
  const maxLineBytes = options.maxLineBytes ?? (splits ? MAX_LINE_BYTES : MAX_PART_BYTES);
  const separator = `\n${label}`;
  let rest = '';
  let splitLines = 0;
  /** The line begun is longer than the limit. */
  let isLong = false;

  /** Whole lines but for the last newline; the first may be the rest of a line that was passed on in parts. */
  const labelled = (lines: string): string => {
    const mended = mend(lines.includes('\r') ? withoutCr(lines) : lines);
    const first = isLong && !splits ? '' : label;
    isLong = false;
    return `${first}${label === '' ? mended : mended.replaceAll('\n', separator)}\n`;
  };

  const takePart = (): string => {
    const at = characterBoundary(rest, maxLineBytes);
    const part = mend(rest.slice(0, at));
    rest = rest.slice(at);
    const begins = !isLong;
    isLong = true;
    if (splits) {
      splitLines += begins ? 1 : 0;
      return `${label}${part}\n`;
    }
    return begins ? `${label}${part}` : part;
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
      }
      while (rest.length > maxLineBytes) {
        complete += takePart();
      }
      return complete;
    },
    flush() {
      if (rest === '' && (splits || !isLong)) {
        return '';
      }
      // A CR that nothing followed is content: it may be half of a progress bar.
      const line = `${isLong && !splits ? '' : label}${mend(rest)}\n`;
      rest = '';
      isLong = false;
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

/** The last offset up to `limit` that falls neither inside a UTF-8 character nor behind a CR. */
function characterBoundary(bytes: string, limit: number): number {
  for (let at = limit; at > limit - 4; at -= 1) {
    if ((bytes.charCodeAt(at) & 0xc0) !== 0x80 && bytes[at - 1] !== '\r') {
      return at;
    }
  }
  return limit;
}

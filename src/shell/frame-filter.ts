/** A stretch of a stream: text to pass on, or the body of a frame that was taken out. */
export type FramePart =
  | { readonly kind: 'text'; readonly bytes: Buffer }
  | { readonly kind: 'frame'; readonly body: string };

export interface FrameFilter {
  /** Parts in order. Text may share memory with the chunk. */
  push(chunk: Buffer): FramePart[];
  /** What was held back because it could have become a frame; an unfinished frame is dropped. */
  end(): Buffer;
}

/** More than Linux lets a process have by default (2 MiB of arguments and variables): no honest frame is as large. */
const maxFrameBytes = 3 * 1024 * 1024;

/** Takes frames out of a byte stream, wherever the chunks are cut. Bytes that are no frame are never changed. */
export function createFrameFilter(start: string, end: string): FrameFilter {
  const startMark = Buffer.from(start, 'latin1');
  const endMark = Buffer.from(end, 'latin1');
  let inside = false;
  let body: Buffer[] = [];
  let bodyBytes = 0;
  /** The tail of the last chunk that begins the mark looked for. */
  let held: Buffer = Buffer.alloc(0);

  function take(bytes: Buffer, parts: FramePart[]): void {
    if (bytes.length === 0) return;
    if (!inside) {
      parts.push({ kind: 'text', bytes });
      return;
    }
    bodyBytes += bytes.length;
    if (bodyBytes <= maxFrameBytes) body.push(Buffer.from(bytes));
  }

  function turn(parts: FramePart[]): void {
    if (inside && bodyBytes <= maxFrameBytes) {
      parts.push({ kind: 'frame', body: Buffer.concat(body).toString('latin1') });
    }
    inside = !inside;
    body = [];
    bodyBytes = 0;
  }

  return {
    push(chunk) {
      const parts: FramePart[] = [];
      let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      held = Buffer.alloc(0);
      for (;;) {
        const mark = inside ? endMark : startMark;
        const at = rest.indexOf(mark);
        if (at >= 0) {
          take(rest.subarray(0, at), parts);
          turn(parts);
          rest = rest.subarray(at + mark.length);
          continue;
        }
        const kept = partialMark(rest, mark);
        take(rest.subarray(0, rest.length - kept), parts);
        held = Buffer.from(rest.subarray(rest.length - kept));
        return parts;
      }
    },
    end() {
      const text = inside ? Buffer.alloc(0) : held;
      held = Buffer.alloc(0);
      return text;
    },
  };
}

/** How many bytes at the end of `bytes` are the beginning of `mark`. */
function partialMark(bytes: Buffer, mark: Buffer): number {
  // The mark's first byte occurs in it once, so the last one in the tail decides.
  const from = Math.max(0, bytes.length - mark.length + 1);
  const at = bytes.lastIndexOf(mark[0]!);
  if (at < from) return 0;
  return mark.subarray(0, bytes.length - at).equals(bytes.subarray(at)) ? bytes.length - at : 0;
}

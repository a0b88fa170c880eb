import type { NormalizeLine } from './normalize-line.ts';

const LF = 10;
/** A longer line is not waited for: its beginning is taken for a line. */
const maxLineBytes = 1024 * 1024;

/** Applies `normalize` to each of a node's whole lines. A line that does not change keeps its bytes. */
export function normalizeLines(normalize: NormalizeLine, node: string, lines: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (let start = 0; start < lines.length;) {
    const newline = lines.indexOf(LF, start);
    const end = newline === -1 ? lines.length : newline;
    const text = lines.toString('utf8', start, end);
    const changed = normalize(node, text);
    if (changed === text) kept.push(lines.subarray(start, end + 1));
    else if (changed !== undefined) kept.push(Buffer.from(newline === -1 ? changed : `${changed}\n`));
    start = end + 1;
  }
  return Buffer.concat(kept);
}

/** The same for output that comes in chunks of any size: each node's unfinished line waits for its end. */
export interface OutputNormalizer {
  /** The whole lines this chunk completes, normalised. */
  feed(node: string, chunk: Buffer): Buffer;
  /** The node's last line, if it was not ended. */
  end(node: string): Buffer;
}

export function createOutputNormalizer(normalize: NormalizeLine): OutputNormalizer {
  const unfinished = new Map<string, Buffer>();
  return {
    feed(node, chunk) {
      const before = unfinished.get(node);
      const bytes = before === undefined ? chunk : Buffer.concat([before, chunk]);
      const newline = bytes.lastIndexOf(LF) + 1;
      const end = bytes.length - newline > maxLineBytes ? bytes.length : newline;
      unfinished.set(node, Buffer.from(bytes.subarray(end)));
      return normalizeLines(normalize, node, bytes.subarray(0, end));
    },
    end(node) {
      const rest = unfinished.get(node);
      unfinished.delete(node);
      return rest === undefined ? Buffer.alloc(0) : normalizeLines(normalize, node, rest);
    },
  };
}

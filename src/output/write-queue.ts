/** What waits to be written, copied into a few blocks that are used again and again: a new buffer for every chunk of a fast
 * stream would leave tens of MB of holes in the memory of the process. */
export interface WriteQueue {
  readonly bytes: number;
  /** Takes a copy of the bytes, or of the text's bytes. */
  add(chunk: Buffer | string, encoding?: 'utf8' | 'latin1'): void;
  /** The first bytes waiting, in order; valid until they are removed. */
  front(): readonly Buffer[];
  /** Removes bytes that were written. */
  remove(count: number): void;
  clear(): void;
}

const blockBytes = 256 * 1024;
const keptBlocks = 8;
/** IOV_MAX is 1024. */
const most = 512;

interface Block {
  readonly buffer: Buffer;
  start: number;
  end: number;
}

export function createWriteQueue(): WriteQueue {
  const blocks: Block[] = [];
  const free: Buffer[] = [];
  let bytes = 0;

  /** A block with room for so many bytes at its end. Bytes that wait are never moved: a thread may be writing them. */
  const roomFor = (count: number): Block => {
    const last = blocks.at(-1);
    if (last !== undefined && last.buffer.length - last.end >= count) return last;
    const buffer =
      count > blockBytes ? Buffer.allocUnsafeSlow(count) : (free.pop() ?? Buffer.allocUnsafeSlow(blockBytes));
    const block = { buffer, start: 0, end: 0 };
    blocks.push(block);
    return block;
  };

  const release = ({ buffer }: Block): void => {
    if (buffer.length === blockBytes && free.length < keptBlocks) free.push(buffer);
  };

  return {
    get bytes() {
      return bytes;
    },
    add(chunk, encoding) {
      const count = typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.length;
      if (count === 0) return;
      const block = roomFor(count);
      if (typeof chunk === 'string') block.buffer.write(chunk, block.end, count, encoding);
      else chunk.copy(block.buffer, block.end);
      block.end += count;
      bytes += count;
    },
    front: () => blocks.slice(0, most).map(({ buffer, start, end }) => buffer.subarray(start, end)),
    remove(count) {
      bytes -= count;
      let left = count;
      while (left > 0) {
        const first = blocks[0]!;
        const taken = Math.min(left, first.end - first.start);
        first.start += taken;
        left -= taken;
        if (first.start < first.end) return;
        blocks.shift();
        release(first);
      }
    },
    clear() {
      blocks.splice(0).forEach(release);
      bytes = 0;
    },
  };
}

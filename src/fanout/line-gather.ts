import type { GatheredText } from './gather.ts';

const SLAB_BYTES = 256 * 1024;
const READ_BYTES = 64 * 1024;
const LF = 10;

/**
 * Groups nodes by identical text that comes line by line with the lines of all nodes mixed, as in `node: text` from
 * another tool. A tree of lines: nodes on the same line share it and all before it. For the output of a fan-out, which
 * comes in large chunks, createGather is the faster one.
 */
export interface LineGather {
  /** A node's next line: the bytes `from` to `to` of `chunk`, without the newline. They are copied when new. */
  add(node: string, chunk: Buffer, from?: number, to?: number): void;
  /** All nodes seen, each in exactly one group, by their first node; every line ends in a newline. */
  groups(): GatheredText[];
  /** One node's text so far; undefined for an unknown node. */
  text(node: string): GatheredText | undefined;
}

interface TreeLine {
  readonly parent: TreeLine | undefined;
  readonly slab: Buffer;
  readonly start: number;
  readonly end: number;
  /** Bytes of the text from its start to the end of this line, newlines included. */
  readonly textBytes: number;
  /** The line that came next first; nearly always the only one. */
  next: TreeLine | undefined;
  /** The other next lines, by content (latin1). */
  others: Map<string, TreeLine> | undefined;
}

export function createLineGather(): LineGather {
  const root: TreeLine = {
    parent: undefined,
    slab: Buffer.alloc(0),
    start: 0,
    end: 0,
    textBytes: 0,
    next: undefined,
    others: undefined,
  };
  const places = new Map<string, { line: TreeLine }>();
  let slab: Buffer = Buffer.alloc(0);
  let used = 0;

  /** Lines are copied together into slabs: a view of the reader's chunk would keep the whole chunk alive. */
  const keep = (parent: TreeLine, chunk: Buffer, from: number, to: number): TreeLine => {
    const length = to - from + 1;
    if (used + length > slab.length) {
      slab = Buffer.allocUnsafe(Math.max(SLAB_BYTES, length));
      used = 0;
    }
    const start = used;
    chunk.copy(slab, start, from, to);
    slab[start + length - 1] = LF;
    used += length;
    return {
      parent,
      slab,
      start,
      end: used,
      textBytes: parent.textBytes + length,
      next: undefined,
      others: undefined,
    };
  };

  const step = (at: TreeLine, chunk: Buffer, from: number, to: number): TreeLine => {
    const { next } = at;
    if (next === undefined) {
      at.next = keep(at, chunk, from, to);
      return at.next;
    }
    if (
      next.end - 1 - next.start === to - from &&
      chunk.compare(next.slab, next.start, next.end - 1, from, to) === 0
    ) {
      return next;
    }
    const content = chunk.toString('latin1', from, to);
    at.others ??= new Map();
    let other = at.others.get(content);
    if (other === undefined) {
      other = keep(at, chunk, from, to);
      at.others.set(content, other);
    }
    return other;
  };

  const textAt = (nodes: readonly string[], line: TreeLine): GatheredText => ({
    nodes,
    bytes: line.textBytes,
    cut: undefined,
    read: () => readLines(line),
  });

  return {
    add(node, chunk, from = 0, to = chunk.length) {
      const place = places.get(node);
      if (place === undefined) {
        places.set(node, { line: step(root, chunk, from, to) });
      } else {
        place.line = step(place.line, chunk, from, to);
      }
    },
    groups() {
      const nodesAt = new Map<TreeLine, string[]>();
      for (const [node, { line }] of places) {
        const nodes = nodesAt.get(line);
        if (nodes === undefined) {
          nodesAt.set(line, [node]);
        } else {
          nodes.push(node);
        }
      }
      return [...nodesAt].map(([line, nodes]) => textAt(nodes, line));
    },
    text(node) {
      const place = places.get(node);
      return place === undefined ? undefined : textAt([node], place.line);
    },
  };
}

/** The text in pieces of some size: neighbours in a slab go out together. */
function* readLines(last: TreeLine): Generator<Buffer> {
  const path: TreeLine[] = [];
  for (let line: TreeLine | undefined = last; line?.parent !== undefined; line = line.parent) {
    path.push(line);
  }
  let slab: Buffer | undefined;
  let start = 0;
  let end = 0;
  for (const line of path.reverse()) {
    if (line.slab === slab && line.start === end && end - start < READ_BYTES) {
      end = line.end;
      continue;
    }
    if (slab !== undefined) {
      yield slab.subarray(start, end);
    }
    ({ slab, start, end } = line);
  }
  if (slab !== undefined) {
    yield slab.subarray(start, end);
  }
}

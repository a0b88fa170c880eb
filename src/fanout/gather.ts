import { createGatherStore, type GatherStore, type Piece } from './gather-store.ts';

const DEFAULT_MEMORY_BUDGET = 64 * 1024 * 1024;
const READ_BYTES = 256 * 1024;

/** Nodes that sent the same bytes. */
export interface GatheredText {
  /** In the order in which they were first seen. */
  readonly nodes: readonly string[];
  /** Length of the text. */
  readonly bytes: number;
  /** Set when the text could not be kept to its end (the temporary file failed): why. Never shared by nodes. */
  readonly cut: string | undefined;
  /** The text in pieces; a piece is only valid until the next one is asked for. */
  read(): Generator<Buffer>;
}

export interface GatherOptions {
  /**
   * `lines` (default): CRLF counts as LF, and a missing newline at the end is added, so that such texts are the
   * same. `exact`: every byte counts.
   */
  readonly text?: 'lines' | 'exact';
  /** Bytes of distinct text kept in memory (default 64 MiB); more goes to a temporary file. */
  readonly memoryBudget?: number;
  /** Folder of that file; default: the system's. */
  readonly spillFolder?: string;
}

/** Groups nodes by identical output while it arrives. Memory is that of the distinct text, not of all output. */
export interface Gather {
  /** A node's next bytes; the chunk may be reused afterwards. No bytes: the node becomes known. */
  feed(node: string, chunk: Buffer): void;
  /** The node's text is complete. */
  end(node: string): void;
  /** All nodes known, each in exactly one group; groups by their first node seen. May be asked at any time. */
  groups(): GatheredText[];
  /** One node's text so far; undefined for an unknown node. */
  text(node: string): GatheredText | undefined;
  readonly memoryBytes: number;
  readonly spilledBytes: number;
  /** Removes the temporary file. Texts cannot be read afterwards. */
  close(): void;
}

/**
 * A run of bytes that every node on it has sent. Where nodes differ, a branch leaves; the bytes before stay shared.
 * The end of an edge grows by whoever sends more first, so no node is the leader by right.
 */
interface Edge {
  readonly parent: Edge | undefined;
  /** Offset in the parent at which this branch leaves. */
  readonly leavesAt: number;
  /** Bytes from the start of the text to the start of this edge. */
  readonly depth: number;
  readonly first: number;
  readonly pieces: Piece[];
  length: number;
  /** Branches by offset; those at one offset differ in their first byte. */
  branches: Map<number, Edge[]> | undefined;
}

/** How far a node has come. */
interface Cursor {
  edge: Edge;
  offset: number;
  /** Index of the piece that holds `offset`, or the last one. */
  piece: number;
  /** A CR came last; it counts only if no LF follows. */
  pendingCr: boolean;
  lastByte: number;
  cut: string | undefined;
}

export function createGather(options: GatherOptions = {}): Gather {
  const asLines = options.text !== 'exact';
  const store = createGatherStore({
    memoryBudget: options.memoryBudget ?? DEFAULT_MEMORY_BUDGET,
    ...(options.spillFolder === undefined ? {} : { spillFolder: options.spillFolder }),
  });
  const root = createEdge(undefined, 0, -1);
  const cursors = new Map<string, Cursor>();

  const cursorOf = (node: string): Cursor => {
    let cursor = cursors.get(node);
    if (cursor === undefined) {
      cursor = { edge: root, offset: 0, piece: 0, pendingCr: false, lastByte: -1, cut: undefined };
      cursors.set(node, cursor);
    }
    return cursor;
  };

  const add = (cursor: Cursor, bytes: Buffer): void => {
    if (bytes.length === 0 || cursor.cut !== undefined) {
      return;
    }
    cursor.lastByte = bytes[bytes.length - 1]!;
    try {
      advance(store, cursor, bytes);
    } catch (error) {
      // Disk full, for example. What is known so far stays good; the rest is said to be missing.
      cursor.cut = error instanceof Error ? error.message : String(error);
    }
  };

  const feed = (node: string, chunk: Buffer): void => {
    const cursor = cursorOf(node);
    if (!asLines || chunk.length === 0) {
      add(cursor, chunk);
      return;
    }
    let bytes = chunk;
    if (cursor.pendingCr) {
      cursor.pendingCr = false;
      if (bytes[0] !== LF) {
        add(cursor, CR_BYTES);
      }
    }
    if (bytes[bytes.length - 1] === CR) {
      cursor.pendingCr = true;
      bytes = bytes.subarray(0, -1);
    }
    add(cursor, bytes.includes(CRLF_BYTES) ? withoutCrlf(bytes) : bytes);
  };

  const end = (node: string): void => {
    const cursor = cursorOf(node);
    if (!asLines) {
      return;
    }
    if (cursor.pendingCr) {
      cursor.pendingCr = false;
      add(cursor, CR_BYTES);
    }
    if (cursor.lastByte !== -1 && cursor.lastByte !== LF) {
      add(cursor, LF_BYTES);
    }
  };

  const textAt = (nodes: readonly string[], { edge, offset, cut }: Cursor): GatheredText => ({
    nodes,
    bytes: edge.depth + offset,
    cut,
    read: () => readText(store, edge, offset),
  });

  const groups = (): GatheredText[] => {
    const places = new Map<Edge, Map<number, string[]>>();
    const found: GatheredText[] = [];
    for (const [node, cursor] of cursors) {
      if (cursor.cut !== undefined) {
        found.push(textAt([node], cursor));
        continue;
      }
      let offsets = places.get(cursor.edge);
      if (offsets === undefined) {
        offsets = new Map();
        places.set(cursor.edge, offsets);
      }
      const nodes = offsets.get(cursor.offset);
      if (nodes !== undefined) {
        nodes.push(node);
        continue;
      }
      const group = [node];
      offsets.set(cursor.offset, group);
      found.push(textAt(group, { ...cursor }));
    }
    return found;
  };

  return {
    feed,
    end,
    groups,
    text(node) {
      const cursor = cursors.get(node);
      return cursor === undefined ? undefined : textAt([node], { ...cursor });
    },
    get memoryBytes() {
      return store.memoryBytes;
    },
    get spilledBytes() {
      return store.spilledBytes;
    },
    close: () => store.close(),
  };
}

const CR = 13;
const LF = 10;
const CR_BYTES = Buffer.from('\r');
const LF_BYTES = Buffer.from('\n');
const CRLF_BYTES = Buffer.from('\r\n');

function withoutCrlf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

function createEdge(parent: Edge | undefined, leavesAt: number, first: number): Edge {
  const depth = parent === undefined ? 0 : parent.depth + leavesAt;
  return { parent, leavesAt, depth, first, pieces: [], length: 0, branches: undefined };
}

/** Moves a cursor over `bytes`: along known text while it is the same, else onto a branch. */
function advance(store: GatherStore, cursor: Cursor, bytes: Buffer): void {
  let done = 0;
  while (done < bytes.length) {
    const { edge, offset } = cursor;
    if (offset === edge.length) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      store.append(edge.pieces, edge.length, rest);
      edge.length += rest.length;
      moveTo(cursor, edge, edge.length);
      return;
    }
    const piece = pieceAt(cursor);
    const from = offset - piece.start;
    const count = Math.min(piece.length - from, bytes.length - done);
    const known = store.slice(piece, from, from + count);
    const same = commonLength(known, bytes, done, count);
    done += same;
    moveTo(cursor, edge, offset + same);
    if (same < count) {
      branchOff(cursor, bytes[done]!);
    }
  }
}

function moveTo(cursor: Cursor, edge: Edge, offset: number): void {
  if (cursor.edge !== edge) {
    cursor.edge = edge;
    cursor.piece = 0;
  }
  cursor.offset = offset;
}

function pieceAt(cursor: Cursor): Piece {
  const { pieces } = cursor.edge;
  for (;;) {
    const piece = pieces[cursor.piece]!;
    if (cursor.offset < piece.start + piece.length) {
      return piece;
    }
    cursor.piece += 1;
  }
}

function branchOff(cursor: Cursor, byte: number): void {
  const { edge, offset } = cursor;
  edge.branches ??= new Map();
  let branches = edge.branches.get(offset);
  if (branches === undefined) {
    branches = [];
    edge.branches.set(offset, branches);
  }
  let branch = branches.find((candidate) => candidate.first === byte && candidate.length > 0);
  if (branch === undefined) {
    branch = createEdge(edge, offset, byte);
    branches.push(branch);
  }
  moveTo(cursor, branch, 0);
}

/** How many bytes `known` and `bytes` (from `start`) have in common, at most `count`. */
function commonLength(known: Buffer, bytes: Buffer, start: number, count: number): number {
  if (known.compare(bytes, start, start + count, 0, count) === 0) {
    return count;
  }
  let low = 0;
  let high = count;
  while (high - low > 32) {
    const middle = (low + high) >>> 1;
    if (known.compare(bytes, start + low, start + middle, low, middle) === 0) {
      low = middle;
    } else {
      high = middle;
    }
  }
  while (known[low] === bytes[start + low]) {
    low += 1;
  }
  return low;
}

function* readText(store: GatherStore, edge: Edge, offset: number): Generator<Buffer> {
  const path: [Edge, number][] = [[edge, offset]];
  for (let step = edge; step.parent !== undefined; step = step.parent) {
    path.push([step.parent, step.leavesAt]);
  }
  for (const [part, upTo] of path.reverse()) {
    for (const piece of part.pieces) {
      const end = Math.min(piece.length, upTo - piece.start);
      for (let from = 0; from < end; from += READ_BYTES) {
        yield store.slice(piece, from, Math.min(end, from + READ_BYTES));
      }
    }
  }
}

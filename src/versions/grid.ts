/** Rows under headers, ready for any format. A cell may hold several lines. */
export interface Grid {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Names of nodes, folded. */
export type FoldNames = (nodes: readonly string[]) => string;

/** A row before folding: one node, and cells that may be the same elsewhere. */
export interface NodeCells {
  readonly node: string;
  readonly cells: readonly string[];
}

/** Nodes whose cells are the same become one row, `node[1-3] (3)`, at the place of the first. */
export function foldRows(rows: readonly NodeCells[], fold: FoldNames): string[][] {
  const groups = new Map<string, { nodes: string[]; cells: readonly string[] }>();
  for (const { node, cells } of rows) {
    const key = JSON.stringify(cells);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { nodes: [node], cells });
    else group.nodes.push(node);
  }
  return [...groups.values()].map(({ nodes, cells }) => {
    const names = [...new Set(nodes)];
    return [names.length === 1 ? names[0]! : `${fold(names)} (${names.length})`, ...cells];
  });
}

/** Columns in which no row says anything are left out; the first stays. */
export function withoutEmptyColumns({ headers, rows }: Grid): Grid {
  const kept = headers.map((_, index) => index === 0 || rows.some((row) => row[index] !== ''));
  return {
    headers: headers.filter((_, index) => kept[index]),
    rows: rows.map((row) => row.filter((_, index) => kept[index])),
  };
}

import { NodeSet } from '../nodeset/node-set.ts';
import { makeVisibleLine } from './printable.ts';

/** How sets of nodes are written in headers, labels and messages of one run. */
export interface Naming {
  /** Learns the nodes of the run. */
  begin(nodes: readonly string[]): void;
  /** `node[1-3]`, or groups, safe to print. */
  readonly fold: (nodes: readonly string[]) => Promise<string>;
  /** For messages: with the count when there are several nodes: `node[1-3] (3)`. */
  readonly counted: (nodes: readonly string[]) => Promise<string>;
  /** For headers: with the count unless counts are off. */
  readonly title: (nodes: readonly string[]) => Promise<string>;
  /** A node's place in the set's own order (that of `nodeset -e`), by which listings are sorted. */
  readonly rank: (node: string) => number;
}

export interface NamingOptions {
  readonly foldNodes: ((nodes: readonly string[]) => string | Promise<string>) | undefined;
  readonly countInTitles: boolean;
  /** False under -q. */
  readonly countInMessages: boolean;
}

export function createNaming(options: NamingOptions): Naming {
  const foldNodes = options.foldNodes ?? ((nodes: readonly string[]) => NodeSet.of(nodes).toString());
  let known: readonly string[] = [];
  let ranks: Map<string, number> | undefined;

  const fold = async (nodes: readonly string[]): Promise<string> => makeVisibleLine(await foldNodes(nodes));
  const counted = async (nodes: readonly string[]): Promise<string> =>
    nodes.length > 1 ? `${await fold(nodes)} (${nodes.length})` : fold(nodes);

  return {
    begin(nodes) {
      known = nodes;
    },
    fold,
    counted: options.countInMessages ? counted : fold,
    title: options.countInTitles ? counted : fold,
    rank(node) {
      ranks ??= new Map([...NodeSet.of(known)].map((name, index) => [name, index]));
      return ranks.get(node) ?? ranks.size;
    },
  };
}

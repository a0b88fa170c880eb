import type { GatheredText } from '../fanout/gather.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { outcomeKey, outcomeOrder } from './outcome-text.ts';

/** Nodes with the same text and the same outcome. */
export interface GatheredBlock {
  /** In node order. */
  readonly nodes: readonly string[];
  readonly outcome: NodeOutcome | undefined;
  readonly text: GatheredText;
}

/**
 * Gathered texts as blocks, in clush's order: exit code, texts before silence, larger set first, first node.
 * The same text with other outcomes is another block.
 */
export function orderBlocks(
  texts: readonly GatheredText[],
  outcomes: ReadonlyMap<string, NodeOutcome>,
  rank: (node: string) => number,
): GatheredBlock[] {
  const blocks: GatheredBlock[] = [];
  for (const text of texts) {
    const byOutcome = new Map<string, string[]>();
    for (const node of text.nodes) {
      const outcome = outcomes.get(node);
      const key = outcome === undefined ? '' : outcomeKey(outcome);
      const nodes = byOutcome.get(key);
      if (nodes === undefined) {
        byOutcome.set(key, [node]);
      } else {
        nodes.push(node);
      }
    }
    for (const nodes of byOutcome.values()) {
      nodes.sort((a, b) => rank(a) - rank(b));
      blocks.push({ nodes, outcome: outcomes.get(nodes[0]!), text });
    }
  }
  const place = ({ outcome }: GatheredBlock): number => (outcome === undefined ? 0 : outcomeOrder(outcome));
  const empty = ({ text }: GatheredBlock): number => (text.bytes === 0 ? 1 : 0);
  return blocks.sort((a, b) => place(a) - place(b) || empty(a) - empty(b) || compareSets(a.nodes, b.nodes));
}

/** Larger sets first, then by the first node's name as text: n1, n10, n2, as clush does (-L goes by number). */
export function compareSets(a: readonly string[], b: readonly string[]): number {
  if (a.length !== b.length) {
    return b.length - a.length;
  }
  return a[0]! < b[0]! ? -1 : 1;
}

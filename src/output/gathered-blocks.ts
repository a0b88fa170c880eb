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
 * Gathered texts as blocks, in clush's order: exit code, larger set first, first node.
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
  const place = ({ outcome }: GatheredBlock): number =>
    outcome === undefined ? Infinity : outcomeOrder(outcome);
  return blocks.sort(
    (a, b) => place(a) - place(b) || b.nodes.length - a.nodes.length || rank(a.nodes[0]!) - rank(b.nodes[0]!),
  );
}

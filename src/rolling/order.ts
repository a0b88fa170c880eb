import { NodeSet } from '../nodeset/node-set.ts';

/** `listed`: as written. `sorted`: as a folded set counts. `reversed`: as written, backwards. `shuffled`: at random. */
export const orders = ['listed', 'sorted', 'reversed', 'shuffled'] as const;
export type Order = (typeof orders)[number];

/** @param random a number from 0 to below 1, for `shuffled` */
export function orderNodes(
  nodes: readonly string[],
  order: Order,
  random: () => number = Math.random,
): string[] {
  switch (order) {
    case 'sorted':
      return [...NodeSet.of(nodes)];
    case 'reversed':
      return nodes.toReversed();
    case 'shuffled':
      return nodes
        .map((node) => ({ node, key: random() }))
        .sort((a, b) => a.key - b.key)
        .map(({ node }) => node);
    default:
      return [...nodes];
  }
}

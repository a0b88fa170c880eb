import pLimit from 'p-limit';

/** Does something with every node, at most `fanout` at a time; the results come in the order of the nodes. */
export function eachNode<T>(
  nodes: readonly string[],
  fanout: number,
  use: (node: string) => Promise<T>,
): Promise<T[]> {
  if (nodes.length === 0) return Promise.resolve([]);
  const limit = pLimit(fanout);
  return Promise.all(nodes.map((node) => limit(() => use(node))));
}

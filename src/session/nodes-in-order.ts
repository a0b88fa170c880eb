import type { NodesRequest } from '../cli/nodes-request.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import { joinNames } from '../nodetools/expand-names.ts';
import { pickPlaces, splitPlaces } from '../nodetools/places.ts';
import type { PlainOutput } from './nodes-output.ts';

/** Shows names in the order written: `-e --input-order`. */
export async function showInOrder(
  { slice, pick, split, separator, format = String, json }: NodesRequest,
  names: readonly string[],
  output: PlainOutput,
): Promise<void> {
  const sliced =
    slice === undefined
      ? names
      : slice.flatMap(({ from, to }) => names.slice(Math.max(from, 0), Math.max(to, 0)));
  const chosen =
    pick === 0 ? sliced : pickPlaces(sliced.length, pick).flatMap(({ from, to }) => sliced.slice(from, to));
  const parts = [...splitPlaces(chosen.length, split)].map(({ from, to }) => chosen.slice(from, to));
  if (json) {
    const documents = parts.map((part) => ({
      count: part.length,
      folded: String(NodeSet.of(part)),
      nodes: part.map(format),
    }));
    await output.write([`${JSON.stringify(split > 1 ? { parts: documents } : documents[0])}\n`]);
    return;
  }
  for (const part of parts) {
    await output.write(joinNames(part, separator, format));
    await output.write(['\n']);
  }
}

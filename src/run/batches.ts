import { UserError } from '../errors.ts';

/**
 * Splits nodes into batches that run one after the other.
 * @param spec sizes as numbers or percentages of the whole, `1,10%,100%`; the last size repeats until all are taken.
 *   A percentage is rounded down, but takes at least one node.
 * @throws UserError when the spec cannot be read
 */
export function planBatches(nodes: readonly string[], spec: string | undefined): string[][] {
  if (spec === undefined) return nodes.length === 0 ? [] : [[...nodes]];
  const sizes = spec.split(',').map((text) => batchSize(text.trim(), nodes.length, spec));
  const batches: string[][] = [];
  let taken = 0;
  while (taken < nodes.length) {
    const size = sizes[Math.min(batches.length, sizes.length - 1)]!;
    batches.push(nodes.slice(taken, taken + size));
    taken += size;
  }
  return batches;
}

function batchSize(text: string, total: number, spec: string): number {
  const match = /^(\d+)(%?)$/.exec(text);
  const amount = Number(match?.[1]);
  if (match === null || amount === 0 || (match[2] === '%' && amount > 100)) {
    throw new UserError(`--batch ${spec}: ${JSON.stringify(text)} is not a batch size`, {
      hint: 'Give numbers of nodes or percentages, for example --batch 1,10%,100%',
    });
  }
  return match[2] === '%' ? Math.max(1, Math.floor((total * amount) / 100)) : amount;
}

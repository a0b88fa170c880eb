import { UserError } from '../errors.ts';
import { isFault, readRangeItem } from './range-item.ts';
import { rangeSetOfItems } from './node-set-builder.ts';

/** Dimensions to fold: one counted from the end (-1 is the last), or 1-based ones. */
export type Axes = { readonly fromEnd: number } | { readonly chosen: ReadonlySet<number> };

/** Reads what `nodeset --axis` takes: `1`, `1-2`, `1,3`, `-1`. Empty text stands for every dimension. */
export function parseAxes(text: string): Axes | undefined {
  if (text.trim() === '') return undefined;
  if (/^\s*-\d+\s*$/.test(text)) return { fromEnd: -Number(text) };
  const items = text.split(',').map((entry) => {
    const item = readRangeItem(entry.trim());
    if (isFault(item) || item.first < 0) {
      throw new UserError(`invalid axis: "${text}"`, {
        code: 'NODE_SET_AXIS',
        hint: 'Write dimensions as 1, 1-2 or 1,3, or a single one from the end as -1.',
      });
    }
    return item;
  });
  const chosen = new Set<number>();
  for (const index of rangeSetOfItems(items)) chosen.add(Number(index));
  return { chosen };
}

/** Zero-based places of the chosen dimensions among `dimensions`; those out of range are ignored. */
export function selectedAxes(axes: Axes, dimensions: number): ReadonlySet<number> {
  if ('fromEnd' in axes) return new Set([dimensions - axes.fromEnd]);
  return new Set([...axes.chosen].map((axis) => axis - 1));
}

import { itemKey, itemSize, type RangeItem } from './range-item.ts';
import { textOfKey } from './index-key.ts';

/**
 * What one operand such as `node[1-3]-[01,02].db` spells out: literal texts with a dimension between each two,
 * entries kept in the order written. `texts` has one more element than `axes`.
 */
export interface NameTemplate {
  readonly texts: readonly string[];
  readonly axes: readonly (readonly RangeItem[])[];
}

/** How many names a template spells out, repeats counted. */
export function templateSize(template: NameTemplate): number {
  let size = 1;
  for (const axis of template.axes) {
    let members = 0;
    for (const item of axis) members += itemSize(item);
    size *= members;
  }
  return size;
}

/** The names in the order written, the last dimension moving fastest; repeats stay. */
export function* namesAsWritten(template: NameTemplate, from = 0, prefix = ''): Generator<string> {
  const start = prefix + template.texts[from]!;
  const axis = template.axes[from];
  if (axis === undefined) {
    yield start;
    return;
  }
  for (const item of axis) {
    for (let value = item.first; value <= item.last; value += item.step) {
      yield* namesAsWritten(template, from + 1, start + textOfKey(itemKey(item, value)));
    }
  }
}

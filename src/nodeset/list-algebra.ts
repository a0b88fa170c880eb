import { largestSet, NodeSetTooLargeError } from './errors.ts';
import { namesAsWritten, templateSize } from './name-template.ts';
import type { Algebra } from './algebra.ts';

/** Names in the order written, each once: a name keeps the place where it was first said. */
export const listAlgebra: Algebra<Set<string>> = {
  empty: () => new Set(),

  add(left, template, text) {
    if (left.size + templateSize(template) > largestSet) throw new NodeSetTooLargeError(text, largestSet);
    return listAlgebra.addNames(left, namesAsWritten(template));
  },

  addNames(left, names) {
    for (const name of names) left.add(name);
    return left;
  },

  combine(operator, left, right) {
    if (operator === ',') return listAlgebra.addNames(left, right);
    if (operator === '&') return listAlgebra.filter(left, (name) => right.has(name));
    if (operator === '!') return listAlgebra.filter(left, (name) => !right.has(name));
    const onlyLeft = listAlgebra.filter(left, (name) => !right.has(name));
    return listAlgebra.addNames(
      onlyLeft,
      [...right].filter((name) => !left.has(name)),
    );
  },

  filter(result, matches) {
    const kept = new Set<string>();
    for (const name of result) if (matches(name)) kept.add(name);
    return kept;
  },

  isEmpty: (result) => result.size === 0,
};

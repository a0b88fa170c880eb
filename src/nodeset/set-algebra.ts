import type { Algebra } from './algebra.ts';
import { NodeSet } from './node-set.ts';
import { NodeSetBuilder } from './node-set-builder.ts';

/** A set under way: unions gather in a builder and are sorted only when another operation needs them. */
export class SetUnderWay {
  private readonly builder = new NodeSetBuilder();
  private set: NodeSet | undefined = NodeSet.empty;

  /** The builder, holding all that was said so far. */
  get open(): NodeSetBuilder {
    if (this.set !== undefined) this.builder.addSet(this.set);
    this.set = undefined;
    return this.builder;
  }

  get result(): NodeSet {
    this.set ??= new NodeSet(this.builder.takeParts());
    return this.set;
  }

  set result(set: NodeSet) {
    this.set = set;
  }
}

export const setAlgebra: Algebra<SetUnderWay> = {
  empty: () => new SetUnderWay(),

  add(left, template, text) {
    left.open.addTemplate(template, text);
    return left;
  },

  addNames(left, names) {
    for (const name of names) left.open.addName(name);
    return left;
  },

  combine(operator, left, right) {
    switch (operator) {
      case ',':
        left.open.addSet(right.result);
        break;
      case '!':
        left.result = left.result.difference(right.result);
        break;
      case '&':
        left.result = left.result.intersection(right.result);
        break;
      case '^':
        left.result = left.result.symmetricDifference(right.result);
        break;
    }
    return left;
  },

  filter(result, matches) {
    const kept = new SetUnderWay();
    for (const name of result.result) if (matches(name)) kept.open.addName(name);
    return kept;
  },

  isEmpty: (result) => result.result.size === 0,
};

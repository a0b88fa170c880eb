import { UserError } from '../errors.ts';
import { evaluateInOrder, evaluateNodeSet } from '../nodeset/evaluate.ts';
import type { GroupResolver } from '../nodeset/group-resolver.ts';
import { listAlgebra } from '../nodeset/list-algebra.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import type { Operator } from '../nodeset/expression.ts';
import { expressionWords } from './expression-words.ts';
import type { NodeList } from './node-list.ts';
import { readRangeSet } from './range-set-text.ts';
import type { StepReader } from './set-steps.ts';

/** Where steps get what is not on the command line. */
export interface StepInputs {
  readonly resolver: GroupResolver;
  readonly allowEmpty: boolean;
  /** Standard input as a list; read at most once. */
  readonly nodeList: () => Promise<NodeList>;
  /** Standard input as text; read at most once. */
  readonly text: () => Promise<string>;
}

/** Sets of nodes. */
export function nodeSetReader({ resolver, allowEmpty, nodeList }: StepInputs): StepReader<NodeSet> {
  // Lines of an expression are united, which takes one pass for any number of words.
  const read = (texts: readonly string[]) => evaluateNodeSet(texts.join('\n'), { resolver, allowEmpty });
  return {
    empty: NodeSet.empty,
    read,
    all: () => read(['@*']),
    async standardInput() {
      const { names, expressions } = await nodeList();
      return expressions.length === 0 ? names : names.union(await read(expressions));
    },
    combine: combineSets,
    isEmpty: ({ size }) => size === 0,
  };
}

/** Bare numbers, `-R`. */
export function rangeSetReader({ text }: StepInputs): StepReader<NodeSet> {
  const unite = (texts: readonly string[]): NodeSet =>
    texts.reduce((whole, one) => whole.union(readRangeSet(one)), NodeSet.empty);
  return {
    empty: NodeSet.empty,
    read: async (texts) => unite(texts),
    all: () => Promise.reject(new UserError('-a works on node sets, not on -R range sets')),
    standardInput: async () => unite(expressionWords(await text())),
    combine: combineSets,
    isEmpty: ({ size }) => size === 0,
  };
}

/** Names in the order written, `--input-order`. */
export function listReader({ resolver, allowEmpty, text }: StepInputs): StepReader<Set<string>> {
  const read = async (texts: readonly string[]) =>
    new Set(await evaluateInOrder(texts.join('\n'), { resolver, allowEmpty }));
  return {
    empty: new Set(),
    read,
    all: () => read(['@*']),
    standardInput: async () => read(expressionWords(await text())),
    combine: (operator, left, right) => listAlgebra.combine(operator, new Set(left), right),
    isEmpty: ({ size }) => size === 0,
  };
}

function combineSets(operator: Operator, left: NodeSet, right: NodeSet): NodeSet {
  if (operator === ',') return left.size === 0 ? right : left.union(right);
  if (operator === '!') return left.difference(right);
  if (operator === '&') return left.intersection(right);
  return left.symmetricDifference(right);
}

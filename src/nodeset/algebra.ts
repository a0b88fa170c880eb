import type { NameTemplate } from './name-template.ts';
import type { Operator } from './expression.ts';

/**
 * What the evaluator needs of a result: sorted sets (set-algebra.ts) and lists in the order written
 * (list-algebra.ts) both do. `left` is the evaluator's own and may be changed and returned; `right` is not.
 */
export interface Algebra<Result> {
  empty(): Result;
  /** Unites `left` with the names a template spells out; `text` is the operand, for messages. */
  add(left: Result, template: NameTemplate, text: string): Result;
  addNames(left: Result, names: Iterable<string>): Result;
  combine(operator: Operator, left: Result, right: Result): Result;
  /** The names for which `matches` holds, as a new result. */
  filter(result: Result, matches: (name: string) => boolean): Result;
  isEmpty(result: Result): boolean;
}

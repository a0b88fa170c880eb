import type { Algebra } from './algebra.ts';
import type { Expression } from './expression.ts';
import type { Operand } from './operand.ts';

/** Walks an expression left to right; `lookUp` gives what groups and wildcards stand for. */
export function combineTerms<Result>(
  algebra: Algebra<Result>,
  expression: Expression,
  lookUp: (operand: Operand) => Result,
): Result {
  let whole = algebra.empty();
  for (const [at, line] of expression.lines.entries()) {
    let result = at === 0 ? whole : algebra.empty();
    for (const { operator, operand } of line) {
      if (operand.kind === 'nodes' && operator === ',') {
        result = algebra.add(result, operand.template, operand.text);
        continue;
      }
      const right =
        operand.kind === 'nodes'
          ? algebra.add(algebra.empty(), operand.template, operand.text)
          : lookUp(operand);
      result = algebra.combine(operator, result, right);
    }
    whole = at === 0 ? result : algebra.combine(',', whole, result);
  }
  return whole;
}

import { UserError } from '../errors.ts';
import type { Algebra } from './algebra.ts';
import { combineTerms } from './combine-terms.ts';
import { parseExpression } from './expression.ts';
import { listAlgebra } from './list-algebra.ts';
import type { NodeSet } from './node-set.ts';
import { OperandResolution, type EvaluateOptions } from './resolve-operands.ts';
import { setAlgebra } from './set-algebra.ts';

/** The set an expression stands for. Throws NodeSetSyntaxError, EmptyOperandError and what the resolver throws. */
export async function evaluateNodeSet(text: string, options: EvaluateOptions = {}): Promise<NodeSet> {
  const result = await evaluateWith(setAlgebra, text, options);
  return result.result;
}

/**
 * The distinct names in the order written: left to right, range order inside brackets, groups in their own written
 * order. `!` and `&` keep the left order, `^` appends what is new. This is the order a run executes in.
 */
export async function evaluateInOrder(text: string, options: EvaluateOptions = {}): Promise<string[]> {
  return [...(await evaluateWith(listAlgebra, text, options))];
}

/** The set an expression of names alone stands for. Groups and wildcards are a UserError. */
export function evaluateNodeNames(
  text: string,
  options: Pick<EvaluateOptions, 'blanksSeparate'> = {},
): NodeSet {
  return combineTerms(setAlgebra, parseExpression(text, options), (operand) => {
    throw new UserError(`only node names are possible here: "${operand.text}"`, {
      code: 'NODE_NAMES_ONLY',
      hint: 'Write the nodes out; groups and wildcards are not looked up here.',
    });
  }).result;
}

async function evaluateWith<Result>(
  algebra: Algebra<Result>,
  text: string,
  options: EvaluateOptions,
): Promise<Result> {
  const expression = parseExpression(text, options);
  const resolution = new OperandResolution(algebra, options);
  const resolved = await resolution.resolveAll(expression);
  return combineTerms(algebra, expression, (operand) => resolved.get(operand)!);
}

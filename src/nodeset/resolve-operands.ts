import { UserError } from '../errors.ts';
import type { Algebra } from './algebra.ts';
import { EmptyOperandError, largestSet, NodeSetTooLargeError } from './errors.ts';
import { combineTerms } from './combine-terms.ts';
import { parseExpression, type Expression } from './expression.ts';
import { UnknownGroupError, type GroupDefinition, type GroupResolver } from './group-resolver.ts';
import { readGroupName } from './group-name.ts';
import { namesAsWritten, templateSize } from './name-template.ts';
import type { Operand } from './operand.ts';
import { wildcardTest } from './wildcard.ts';

export interface EvaluateOptions {
  /** Without one, groups and wildcards are errors. */
  readonly resolver?: GroupResolver | undefined;
  /** Groups and wildcards that stand for no node, and unknown groups, count as empty. */
  readonly allowEmpty?: boolean | undefined;
  /** A blank between two operands separates nodes, as a comma does. Else it belongs to the name. */
  readonly blanksSeparate?: boolean | undefined;
}

/** Groups may name groups this deep. */
const deepest = 100;

/** Where an expression stands: which groups are being resolved around it. */
interface Surroundings {
  /** Source of an unqualified `@x`; undefined is the default one. */
  readonly source: string | undefined;
  /** Groups being resolved, outermost first, as `@source:name`. */
  readonly path: readonly string[];
  readonly origin: string | undefined;
}

const outside: Surroundings = { source: undefined, path: [], origin: undefined };

/** Asks the resolver what the groups and wildcards of one expression stand for; each is asked for once. */
export class OperandResolution<Result> {
  private readonly algebra: Algebra<Result>;
  private readonly options: EvaluateOptions;
  private readonly known = new Map<string, Result>();

  constructor(algebra: Algebra<Result>, options: EvaluateOptions) {
    this.algebra = algebra;
    this.options = options;
  }

  /** What each operand that is not a plain name stands for. */
  async resolveAll(expression: Expression, around = outside): Promise<Map<Operand, Result>> {
    const resolved = new Map<Operand, Result>();
    for (const line of expression.lines) {
      for (const { operand } of line) {
        if (operand.kind !== 'nodes') resolved.set(operand, await this.resolve(operand, around));
      }
    }
    return resolved;
  }

  private async resolve(operand: Operand, around: Surroundings): Promise<Result> {
    const { resolver } = this.options;
    if (resolver === undefined) {
      throw new UserError(`no group source is configured: "${operand.text}"`, {
        code: 'UNKNOWN_GROUP_SOURCE',
        hint: 'Configure one in groups.conf, or write the nodes out.',
      });
    }
    const parts = await this.resolveParts(operand, resolver, around);
    let result = this.algebra.empty();
    for (const part of parts) result = this.algebra.combine(',', result, part);
    return result;
  }

  private async resolveParts(
    operand: Operand,
    resolver: GroupResolver,
    around: Surroundings,
  ): Promise<Result[]> {
    if (templateSize(operand.template) > largestSet) throw new NodeSetTooLargeError(operand.text, largestSet);
    const parts: Result[] = [];
    for (const name of namesAsWritten(operand.template)) {
      parts.push(await this.resolveOne(operand, name, resolver, around));
    }
    return parts;
  }

  private async resolveOne(
    operand: Operand,
    name: string,
    resolver: GroupResolver,
    around: Surroundings,
  ): Promise<Result> {
    if (operand.kind === 'wildcard') {
      const all = await this.all(undefined, resolver, around);
      const matching = this.algebra.filter(all, wildcardTest(name));
      return this.unlessEmpty(matching, name, 'no node of the default group source matches');
    }
    const { source = around.source, group } = readGroupName(operand, name);
    if (operand.kind === 'groupNames') {
      const names = await resolver.groupNames(source);
      const result = this.algebra.addNames(this.algebra.empty(), names);
      return this.unlessEmpty(result, `@@${name}`, 'the group source has no group');
    }
    if (group === '*') {
      const all = await this.all(source, resolver, around);
      return this.unlessEmpty(all, `@${name}`, 'the group source has no node');
    }
    return this.group(name, source, group, resolver, around);
  }

  private async all(
    source: string | undefined,
    resolver: GroupResolver,
    around: Surroundings,
  ): Promise<Result> {
    return this.definition(
      `@${source === undefined ? '' : `${source}:`}*`,
      () => resolver.all(source),
      around,
    );
  }

  private async group(
    name: string,
    source: string | undefined,
    group: string,
    resolver: GroupResolver,
    around: Surroundings,
  ): Promise<Result> {
    const label = `@${source === undefined ? '' : `${source}:`}${group}`;
    try {
      const result = await this.definition(label, () => resolver.group(source, group), around);
      return this.unlessEmpty(result, `@${name}`, 'the group is empty');
    } catch (error) {
      if (error instanceof UnknownGroupError && this.options.allowEmpty === true) return this.algebra.empty();
      throw error;
    }
  }

  private async definition(
    label: string,
    ask: () => Promise<GroupDefinition>,
    around: Surroundings,
  ): Promise<Result> {
    const known = this.known.get(label);
    if (known !== undefined) return known;
    const path = [...around.path, label];
    if (around.path.includes(label) || path.length > deepest) throw circular(path, around.origin);
    const { expressions, source, origin } = await ask();
    const inside = { source, path, origin };
    let result = this.algebra.empty();
    for (const text of expressions) {
      const expression = parseExpression(text, { origin });
      const resolved = await this.resolveAll(expression, inside);
      const part = combineTerms(this.algebra, expression, (operand) => resolved.get(operand)!);
      result = this.algebra.combine(',', result, part);
    }
    this.known.set(label, result);
    return result;
  }

  private unlessEmpty(result: Result, operand: string, why: string): Result {
    if (this.options.allowEmpty !== true && this.algebra.isEmpty(result)) {
      throw new EmptyOperandError(operand, why);
    }
    return result;
  }
}

function circular(path: readonly string[], origin: string | undefined): UserError {
  const place = origin === undefined ? '' : ` (${origin})`;
  const again = path.at(-1)!;
  const start = path.indexOf(again);
  const shown = start < path.length - 1 ? path.slice(start) : [...path.slice(0, 3), '…', ...path.slice(-3)];
  const what = start < path.length - 1 ? 'group contains itself' : `groups nest deeper than ${deepest}`;
  return new UserError(`${what}: ${shown.join(' → ')}${place}`, {
    code: 'GROUP_CYCLE',
    hint: 'Take one of these groups out of the next.',
  });
}

import { ShellError } from './shell.ts';

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The value of `$((…))`: integers, variables, the usual operators. Throws `ShellError`. */
export function arithmetic(expression: string, valueOf: (name: string) => string | undefined): number {
  const tokens = expression.match(/\|\||&&|[=!<>]=|[-+*/%()<>!]|[0-9]+|[A-Za-z_][A-Za-z0-9_]*|[^\s]/g) ?? [];
  let at = 0;
  const fail = () => new ShellError(`arithmetic expression: syntax error: "${expression}"`);

  const primary = (): number => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) {
      throw fail();
    }
    if (token === '(') {
      const value = binary(0);
      if (tokens[at] !== ')') {
        throw fail();
      }
      at += 1;
      return value;
    }
    if (token === '-') {
      return -primary();
    }
    if (token === '+') {
      return primary();
    }
    if (token === '!') {
      return primary() === 0 ? 1 : 0;
    }
    if (/^[0-9]/.test(token)) {
      return Number.parseInt(token, 10);
    }
    if (/^[A-Za-z_]/.test(token)) {
      const value = valueOf(token) ?? '0';
      if (!/^\s*-?[0-9]*\s*$/.test(value)) {
        throw new ShellError(`Illegal number: ${value}`);
      }
      return Number(value);
    }
    throw fail();
  };

  const binary = (level: number): number => {
    const symbols = levels[level];
    if (symbols === undefined) {
      return primary();
    }
    let left = binary(level + 1);
    for (let symbol = tokens[at]; symbol !== undefined && symbols.includes(symbol); symbol = tokens[at]) {
      at += 1;
      left = apply(symbol, left, binary(level + 1));
    }
    return left;
  };

  if (tokens.length === 0) {
    return 0;
  }
  const value = binary(0);
  if (at < tokens.length) {
    throw fail();
  }
  return value;
}

function apply(symbol: string, left: number, right: number): number {
  if ((symbol === '/' || symbol === '%') && right === 0) {
    throw new ShellError('arithmetic expression: division by zero');
  }
  switch (symbol) {
    case '||':
      return left !== 0 || right !== 0 ? 1 : 0;
    case '&&':
      return left !== 0 && right !== 0 ? 1 : 0;
    case '==':
      return left === right ? 1 : 0;
    case '!=':
      return left === right ? 0 : 1;
    case '<=':
      return left <= right ? 1 : 0;
    case '>=':
      return left >= right ? 1 : 0;
    case '<':
      return left < right ? 1 : 0;
    case '>':
      return left > right ? 1 : 0;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return Math.trunc(left / right);
    default:
      return left % right;
  }
}

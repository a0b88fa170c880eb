import { resolvePath } from '../file-tree.ts';
import { ShellError } from './shell.ts';
import type { Shell } from './shell.ts';

/** `test` and `[`: 0 when the expression holds, 1 when not. */
export function test(shell: Shell, args: readonly string[]): number {
  const words = [...args];
  const value = either(shell, words);
  if (words.length > 0) {
    throw new ShellError(`test: ${words[0]}: unexpected operator`);
  }
  return value ? 0 : 1;
}

function either(shell: Shell, words: string[]): boolean {
  let value = both(shell, words);
  while (words[0] === '-o') {
    words.shift();
    value = both(shell, words) || value;
  }
  return value;
}

function both(shell: Shell, words: string[]): boolean {
  let value = single(shell, words);
  while (words[0] === '-a') {
    words.shift();
    value = single(shell, words) && value;
  }
  return value;
}

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '-eq': (left, right) => left === right,
  '-ne': (left, right) => left !== right,
  '-lt': (left, right) => left < right,
  '-le': (left, right) => left <= right,
  '-gt': (left, right) => left > right,
  '-ge': (left, right) => left >= right,
};

function single(shell: Shell, words: string[]): boolean {
  const [first, second, third] = words;
  if (first === undefined) {
    return false;
  }
  if (third !== undefined && (second === '=' || second === '==' || second === '!=')) {
    words.splice(0, 3);
    return (first === third) === (second !== '!=');
  }
  const compare = second === undefined ? undefined : comparisons[second];
  if (compare !== undefined && third !== undefined) {
    words.splice(0, 3);
    return compare(integer(first), integer(third));
  }
  if (first === '!' && second !== undefined) {
    words.shift();
    return !single(shell, words);
  }
  if (/^-[a-zA-Z]$/.test(first) && second !== undefined) {
    words.splice(0, 2);
    return unary(shell, first, second);
  }
  words.shift();
  return first !== '';
}

function unary(shell: Shell, operator: string, operand: string): boolean {
  const entry = shell.node.files.find(resolvePath(shell.folder, operand));
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-e':
    case '-r':
    case '-w':
      return entry !== undefined && operand !== '';
    case '-x':
    case '-d':
      return entry?.kind === 'folder';
    case '-f':
      return entry?.kind === 'file';
    case '-s':
      return entry?.kind === 'file' && entry.content.length > 0;
    case '-L':
    case '-h':
    case '-t':
    case '-p':
    case '-S':
      return false;
    default:
      throw new ShellError(`test: ${operator}: unexpected operator`);
  }
}

function integer(text: string): number {
  if (!/^\s*[-+]?[0-9]+\s*$/.test(text)) {
    throw new ShellError(`test: Illegal number: ${text}`);
  }
  return Number(text);
}

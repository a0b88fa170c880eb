import { resolvePath } from '../file-tree.ts';
import { ShellError } from './shell.ts';
import type { Shell } from './shell.ts';

/** Where files are looked for. */
export type Place = Pick<Shell, 'node' | 'folder'>;

/** `test` and `[`: 0 when the expression holds, 1 when not. */
export function test(place: Place, args: readonly string[], name: unknown = 'test'): number {
  const words = [...args];
  try {
    const value = either(place, words);
    if (words.length > 0) {
      throw new ShellError(`${words[0]}: unexpected operator`);
    }
    return value ? 0 : 1;
  } catch (error) {
    throw error instanceof ShellError
      ? new ShellError(`${name === '[' ? '[' : 'test'}: ${error.message}`)
      : error;
  }
}

function either(place: Place, words: string[]): boolean {
  let value = both(place, words);
  while (words[0] === '-o') {
    words.shift();
    value = both(place, words) || value;
  }
  return value;
}

function both(place: Place, words: string[]): boolean {
  let value = single(place, words);
  while (words[0] === '-a') {
    words.shift();
    value = single(place, words) && value;
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

function single(place: Place, words: string[]): boolean {
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
    return !single(place, words);
  }
  if (/^-[a-zA-Z]$/.test(first) && second !== undefined) {
    words.splice(0, 2);
    return unary(place, first, second);
  }
  words.shift();
  return first !== '';
}

function unary(place: Place, operator: string, operand: string): boolean {
  const entry = place.node.files.find(resolvePath(place.folder, operand));
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
      return entry?.kind === 'file' && entry.size > 0;
    case '-L':
    case '-h':
    case '-t':
    case '-p':
    case '-S':
      return false;
    default:
      throw new ShellError(`${operator}: unexpected operator`);
  }
}

function integer(text: string): number {
  if (!/^\s*[-+]?[0-9]+\s*$/.test(text)) {
    throw new ShellError(`Illegal number: ${text}`);
  }
  return Number(text);
}

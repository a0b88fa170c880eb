import { resolvePath } from '../file-tree.ts';
import { arithmetic } from './arithmetic.ts';
import { hasPattern, patternSource, plainText, stripPattern } from './pattern.ts';
import type { Segment } from './pattern.ts';
import { setVariable, ShellError, valueOf } from './shell.ts';
import type { Shell } from './shell.ts';
import type { List, Word, WordPart } from './syntax.ts';

/** Runs `$(…)`; passed in, because scripts hold words and words hold scripts. Returns what it printed. */
export type RunSubstitution = (shell: Shell, script: List) => Promise<string>;

/** Words as a command's arguments: expanded, split at blanks, file patterns replaced. */
export async function expandWords(
  shell: Shell,
  words: readonly Word[],
  run: RunSubstitution,
): Promise<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    for (const segments of await fieldsOf(shell, word, run)) {
      fields.push(...globbed(shell, segments));
    }
  }
  return fields;
}

/** One word as one text: assignments, redirections, here-documents. */
export async function expandText(shell: Shell, word: Word, run: RunSubstitution): Promise<string> {
  return plainText(await expandSegments(shell, word, run));
}

/** One word, not split, that remembers what was quoted: `case` patterns. */
export async function expandSegments(shell: Shell, word: Word, run: RunSubstitution): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const [at, part] of word.entries()) {
    segments.push({
      text: await textOf(shell, part, at === 0, run),
      quoted: part.kind !== 'text' || part.quoted,
    });
  }
  return segments;
}

async function fieldsOf(shell: Shell, word: Word, run: RunSubstitution): Promise<Segment[][]> {
  const fields: Segment[][] = [[]];
  const append = (text: string, quoted: boolean) => {
    if (text !== '' || quoted) {
      fields.at(-1)!.push({ text, quoted });
    }
  };
  for (const [at, part] of word.entries()) {
    if (part.kind === 'parameter' && part.name === '@' && part.operator === undefined) {
      for (const [index, value] of shell.positional.entries()) {
        if (index > 0) {
          fields.push([]);
        }
        append(value, true);
      }
      continue;
    }
    const text = await textOf(shell, part, at === 0, run);
    if (part.kind === 'text' || part.quoted) {
      append(text, part.quoted);
      continue;
    }
    const separators = valueOf(shell, 'IFS') ?? ' \t\n';
    const pieces = splitFields(text, separators);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        fields.push([]);
      }
      // Between two separators that are not blanks stands an empty field.
      append(piece, piece === '' && index > 0 && index < pieces.length - 1);
    }
  }
  return fields.filter((field) => field.length > 0);
}

/** The first and the last piece may be empty: then the text began or ended with a separator. */
function splitFields(text: string, separators: string): string[] {
  if (separators === '') {
    return [text];
  }
  const blanks = Array.from(separators)
    .filter((char) => ' \t\n'.includes(char))
    .join('');
  const others = Array.from(separators)
    .filter((char) => !blanks.includes(char))
    .join('');
  const classOf = (chars: string) => `[${chars.replaceAll(/[\]\\^-]/g, String.raw`\$&`)}]`;
  const blank = blanks === '' ? '(?!)' : classOf(blanks);
  const separator = others === '' ? `${blank}+` : `${blank}*${classOf(others)}${blank}*|${blank}+`;
  return text.split(new RegExp(separator));
}

async function textOf(shell: Shell, part: WordPart, first: boolean, run: RunSubstitution): Promise<string> {
  switch (part.kind) {
    case 'text':
      return first && !part.quoted && /^~(?:\/|$)/.test(part.text)
        ? (valueOf(shell, 'HOME') ?? '~') + part.text.slice(1)
        : part.text;
    case 'substitution':
      return (await run(shell, part.script)).replace(/\n+$/, '');
    case 'arithmetic':
      return String(
        arithmetic(await expandText(shell, part.expression, run), (name) => parameter(shell, name)),
      );
    default:
      return parameterText(shell, part, run);
  }
}

async function parameterText(
  shell: Shell,
  part: WordPart & { kind: 'parameter' },
  run: RunSubstitution,
): Promise<string> {
  const { name, operator, operand = [] } = part;
  const value = parameter(shell, name);
  if (operator === 'length') {
    return String((value ?? '').length);
  }
  if (operator !== undefined && (operator.startsWith('#') || operator.startsWith('%'))) {
    return stripPattern(value ?? '', operator, await expandSegments(shell, operand, run));
  }
  const missing = value === undefined || (operator?.startsWith(':') === true && value === '');
  switch (operator?.at(-1)) {
    case '-':
      return missing ? expandText(shell, operand, run) : value;
    case '+':
      return missing ? '' : expandText(shell, operand, run);
    case '=':
      if (missing) {
        setVariable(shell, name, await expandText(shell, operand, run));
      }
      return parameter(shell, name) ?? '';
    case '?':
      if (missing) {
        throw new ShellError(`${name}: ${(await expandText(shell, operand, run)) || 'parameter not set'}`);
      }
      return value;
    default:
      if (value === undefined && shell.options.has('u') && !'@*'.includes(name)) {
        throw new ShellError(`${name}: parameter not set`);
      }
      return value ?? '';
  }
}

function parameter(shell: Shell, name: string): string | undefined {
  switch (name) {
    case '?':
      return String(shell.status);
    case '$':
      return '4269';
    case '!':
      return '';
    case '#':
      return String(shell.positional.length);
    case '-':
      return [...shell.options].join('');
    case '@':
    case '*':
      return shell.positional.length === 0 ? undefined : shell.positional.join(' ');
    case '0':
      return shell.name;
    case 'PWD':
      return shell.folder;
    default:
      return /^[0-9]+$/.test(name) ? shell.positional[Number(name) - 1] : valueOf(shell, name);
  }
}

/** File names for a pattern, or the word itself when there is none. */
function globbed(shell: Shell, segments: readonly Segment[]): string[] {
  const text = plainText(segments);
  if (!hasPattern(segments)) {
    return [text];
  }
  const found = matchingPaths(shell, segments, text.startsWith('/'));
  return found.length === 0 ? [text] : found;
}

function matchingPaths(shell: Shell, segments: readonly Segment[], absolute: boolean): string[] {
  const { files } = shell.node;
  const parts: Segment[][] = [[]];
  for (const { text, quoted } of segments) {
    for (const [index, piece] of text.split('/').entries()) {
      if (index > 0) {
        parts.push([]);
      }
      parts.at(-1)!.push({ text: piece, quoted });
    }
  }
  let paths = [absolute ? '/' : ''];
  for (const part of absolute ? parts.slice(1) : parts) {
    const pattern = hasPattern(part) ? new RegExp(`^${patternSource(part, true)}$`) : undefined;
    const hidden = plainText(part).startsWith('.');
    paths = paths.flatMap((path) => {
      const prefix = path === '' || path === '/' ? path : `${path}/`;
      if (pattern === undefined) {
        const next = prefix + plainText(part);
        return files.find(resolvePath(shell.folder, next)) === undefined ? [] : [next];
      }
      const names = files.list(resolvePath(shell.folder, path === '' ? '.' : path));
      return names
        .filter((name) => pattern.test(name) && (hidden || !name.startsWith('.')))
        .map((name) => prefix + name);
    });
  }
  return paths;
}

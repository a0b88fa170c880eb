import { peekOperator, peekPlainWord, skipBlanks, syntaxError } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { parseRedirection } from './parse-redirection.ts';
import { readWord } from './read-word.ts';
import type { ReadScript } from './read-word.ts';
import type { Command, Compound, List, Redirection, Word } from './syntax.ts';

/** The readers of what compound commands hold, passed in: the grammar is recursive, imports are not. */
export interface Grammar {
  readonly command: (cursor: Cursor) => Command;
  readonly list: (cursor: Cursor) => List;
  readonly nested: ReadScript;
}

type Body<T> = T extends unknown ? Omit<T, 'redirections'> : never;

/** The compound command at the cursor (`if`, `for`, `{`, `(`, a function …); undefined when a simple one begins here. */
export function parseCompound(cursor: Cursor, grammar: Grammar): Command | undefined {
  const body = parseBody(cursor, grammar);
  if (body === undefined) {
    return undefined;
  }
  const redirections: Redirection[] = [];
  for (;;) {
    skipBlanks(cursor);
    const redirection = parseRedirection(cursor, grammar.nested);
    if (redirection === undefined) {
      return { ...body, redirections };
    }
    redirections.push(redirection);
  }
}

function parseBody(cursor: Cursor, grammar: Grammar): Body<Compound> | undefined {
  if (peekOperator(cursor) === '(') {
    cursor.at += 1;
    return { kind: 'subshell', body: grammar.nested(cursor, ')') };
  }
  const word = peekPlainWord(cursor);
  switch (word) {
    case '{': {
      cursor.at += 1;
      const body = grammar.list(cursor);
      expectWord(cursor, '}');
      return { kind: 'group', body };
    }
    case 'if':
      return parseIf(cursor, grammar);
    case 'while':
    case 'until': {
      cursor.at += word.length;
      const test = grammar.list(cursor);
      return { kind: 'while', until: word === 'until', test, body: parseDo(cursor, grammar) };
    }
    case 'for':
      return parseFor(cursor, grammar);
    case 'case':
      return parseCase(cursor, grammar);
    default:
      return parseFunction(cursor, word, grammar);
  }
}

function parseFunction(cursor: Cursor, name: string, grammar: Grammar): Body<Compound> | undefined {
  const parentheses = /^[ \t]*\([ \t]*\)/.exec(
    cursor.text.slice(cursor.at + name.length, cursor.at + name.length + 40),
  );
  if (parentheses === null || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return undefined;
  }
  cursor.at += name.length + parentheses[0].length;
  skipSpace(cursor);
  return { kind: 'function', name, body: grammar.command(cursor) };
}

function parseIf(cursor: Cursor, grammar: Grammar): Body<Compound> {
  const branches: { test: List; body: List }[] = [];
  do {
    cursor.at += peekPlainWord(cursor).length; // if, elif
    const test = grammar.list(cursor);
    expectWord(cursor, 'then');
    branches.push({ test, body: grammar.list(cursor) });
  } while (peekPlainWord(cursor) === 'elif');
  if (peekPlainWord(cursor) === 'else') {
    cursor.at += 4;
    const otherwise = grammar.list(cursor);
    expectWord(cursor, 'fi');
    return { kind: 'if', branches, otherwise };
  }
  expectWord(cursor, 'fi');
  return { kind: 'if', branches };
}

function parseFor(cursor: Cursor, grammar: Grammar): Body<Compound> {
  cursor.at += 3;
  skipBlanks(cursor);
  const name = peekPlainWord(cursor);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw syntaxError(cursor, 'Bad for loop variable');
  }
  cursor.at += name.length;
  skipSpace(cursor);
  if (peekPlainWord(cursor) !== 'in') {
    return { kind: 'for', name, body: parseDo(cursor, grammar) };
  }
  cursor.at += 2;
  const words: Word[] = [];
  for (;;) {
    skipBlanks(cursor);
    const word = readWord(cursor, grammar.nested);
    if (word === undefined) {
      return { kind: 'for', name, words, body: parseDo(cursor, grammar) };
    }
    words.push(word);
  }
}

function parseDo(cursor: Cursor, grammar: Grammar): List {
  skipSpace(cursor);
  expectWord(cursor, 'do');
  const body = grammar.list(cursor);
  expectWord(cursor, 'done');
  return body;
}

function parseCase(cursor: Cursor, grammar: Grammar): Body<Compound> {
  cursor.at += 4;
  skipBlanks(cursor);
  const word = readWord(cursor, grammar.nested);
  if (word === undefined) {
    throw syntaxError(cursor, 'word unexpected');
  }
  skipSpace(cursor);
  expectWord(cursor, 'in');
  const branches: { patterns: Word[]; body: List }[] = [];
  for (;;) {
    skipSpace(cursor);
    if (peekPlainWord(cursor) === 'esac') {
      cursor.at += 4;
      return { kind: 'case', word, branches };
    }
    const patterns: Word[] = [];
    do {
      if (peekOperator(cursor) === '(' || peekOperator(cursor) === '|') {
        cursor.at += 1;
      }
      skipBlanks(cursor);
      const pattern = readWord(cursor, grammar.nested);
      if (pattern === undefined) {
        throw syntaxError(cursor, 'word unexpected (expecting "esac")');
      }
      patterns.push(pattern);
      skipBlanks(cursor);
    } while (peekOperator(cursor) === '|');
    if (peekOperator(cursor) !== ')') {
      throw syntaxError(cursor, 'word unexpected (expecting ")")');
    }
    cursor.at += 1;
    branches.push({ patterns, body: grammar.list(cursor) });
    if (peekOperator(cursor) === ';;') {
      cursor.at += 2;
    }
  }
}

function expectWord(cursor: Cursor, word: string): void {
  skipBlanks(cursor);
  const found = peekPlainWord(cursor);
  if (found !== word) {
    const shown = found === '' ? (cursor.text[cursor.at] ?? 'end of file') : found;
    const quoted = shown === 'end of file' ? shown : `"${shown}"`;
    throw syntaxError(cursor, `${quoted} unexpected (expecting "${word}")`);
  }
  cursor.at += word.length;
}

/** Blanks, and line ends and semicolons, which may stand before `do` and `in`. */
function skipSpace(cursor: Cursor): void {
  skipBlanks(cursor);
  while (
    cursor.text[cursor.at] === '\n' ||
    (cursor.text[cursor.at] === ';' && cursor.text[cursor.at + 1] !== ';')
  ) {
    cursor.at += 1;
    skipBlanks(cursor);
  }
}

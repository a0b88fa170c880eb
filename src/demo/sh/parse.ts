import { atEnd, cursorOf, lineOf, peekOperator, peekPlainWord, skipBlanks, syntaxError } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { parseCompound } from './parse-compound.ts';
import type { Grammar } from './parse-compound.ts';
import { parseRedirection, readHeredocs } from './parse-redirection.ts';
import { readWord } from './read-word.ts';
import type { AndOr, Assignment, Command, List, Pipeline, Redirection, Word } from './syntax.ts';

/** Words that end a list when they stand where a command could. */
const closers = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}']);

/** Reads a whole script. Throws `ShellSyntaxError` with dash's text. */
export function parseScript(text: string): List {
  return parseNested(cursorOf(text), undefined);
}

/** A script up to the end of the text, or up to and with a closing parenthesis. */
function parseNested(cursor: Cursor, end: ')' | undefined): List {
  const list = parseList(cursor);
  const operator = peekOperator(cursor);
  if (end === undefined && !atEnd(cursor)) {
    throw syntaxError(cursor, `"${operator ?? peekPlainWord(cursor)}" unexpected`);
  }
  if (end === ')') {
    if (operator !== ')') {
      throw syntaxError(cursor, `end of file unexpected (expecting ")")`);
    }
    cursor.at += 1;
  }
  return list;
}

/** Commands up to something that is none: a closing word, `)`, `;;` or the end. */
function parseList(cursor: Cursor): List {
  const list: AndOr[] = [];
  for (;;) {
    skipLineEnds(cursor);
    const operator = peekOperator(cursor);
    if (atEnd(cursor) || operator === ')' || operator === ';;' || closers.has(peekPlainWord(cursor))) {
      return list;
    }
    list.push(parseAndOr(cursor));
  }
}

function skipLineEnds(cursor: Cursor): void {
  skipBlanks(cursor);
  while (cursor.text[cursor.at] === '\n') {
    cursor.at += 1;
    readHeredocs(cursor, parseNested);
    skipBlanks(cursor);
  }
}

function parseAndOr(cursor: Cursor): AndOr {
  const first = parsePipeline(cursor);
  const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = [];
  for (;;) {
    const operator = peekOperator(cursor);
    if (operator === '&&' || operator === '||') {
      cursor.at += 2;
      skipLineEnds(cursor);
      rest.push({ operator, pipeline: parsePipeline(cursor) });
      continue;
    }
    if (operator === ';' || operator === '&') {
      cursor.at += 1;
    }
    return { first, rest, background: operator === '&' };
  }
}

function parsePipeline(cursor: Cursor): Pipeline {
  skipBlanks(cursor);
  const negated = peekPlainWord(cursor) === '!';
  if (negated) {
    cursor.at += 1;
  }
  const commands = [parseCommand(cursor)];
  while (peekOperator(cursor) === '|') {
    cursor.at += 1;
    skipLineEnds(cursor);
    commands.push(parseCommand(cursor));
  }
  return { negated, commands };
}

/** One command, without what joins it to the next. */
function parseCommand(cursor: Cursor): Command {
  skipBlanks(cursor);
  return parseCompound(cursor, grammar) ?? parseSimple(cursor);
}

const grammar: Grammar = { command: parseCommand, list: parseList, nested: parseNested };

function parseSimple(cursor: Cursor): Command {
  const line = lineOf(cursor);
  const assignments: Assignment[] = [];
  const words: Word[] = [];
  const redirections: Redirection[] = [];
  for (;;) {
    skipBlanks(cursor);
    const redirection = parseRedirection(cursor, parseNested);
    if (redirection !== undefined) {
      redirections.push(redirection);
      continue;
    }
    const name =
      words.length === 0 ? /^[A-Za-z_][A-Za-z0-9_]*(?==)/.exec(peekPlainWord(cursor))?.[0] : undefined;
    if (name !== undefined) {
      cursor.at += name.length + 1;
      assignments.push({ name, value: readWord(cursor, parseNested) ?? [] });
      continue;
    }
    const word = readWord(cursor, parseNested);
    if (word === undefined) {
      break;
    }
    words.push(word);
  }
  if (words.length + assignments.length + redirections.length === 0) {
    const found = peekOperator(cursor);
    const shown =
      found === '\n' ? 'newline' : atEnd(cursor) ? 'end of file' : `"${found ?? cursor.text[cursor.at]}"`;
    throw syntaxError(cursor, `${shown} unexpected`);
  }
  return { kind: 'simple', line, assignments, words, redirections };
}

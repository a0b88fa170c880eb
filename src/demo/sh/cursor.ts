import { ShellSyntaxError } from './syntax.ts';
import type { Redirection } from './syntax.ts';

/** A place in a script's text; everything that reads the text moves it. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** Here-documents whose lines begin after the next line end. */
  readonly heredocs: { redirection: Redirection; delimiter: string; expands: boolean; stripTabs: boolean }[];
}

export function cursorOf(text: string): Cursor {
  return { text, at: 0, heredocs: [] };
}

export function atEnd(cursor: Cursor): boolean {
  return cursor.at >= cursor.text.length;
}

export function lineOf(cursor: Cursor): number {
  let line = 1;
  for (
    let at = cursor.text.indexOf('\n');
    at !== -1 && at < cursor.at;
    at = cursor.text.indexOf('\n', at + 1)
  ) {
    line += 1;
  }
  return line;
}

export function syntaxError(cursor: Cursor, message: string): ShellSyntaxError {
  return new ShellSyntaxError(`Syntax error: ${message}`, lineOf(cursor));
}

/** Blanks, continued lines and comments; never a line end. */
export function skipBlanks(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    const char = text[cursor.at];
    if (char === ' ' || char === '\t') {
      cursor.at += 1;
    } else if (char === '\\' && text[cursor.at + 1] === '\n') {
      cursor.at += 2;
    } else if (char === '#') {
      const end = text.indexOf('\n', cursor.at);
      cursor.at = end === -1 ? text.length : end;
    } else {
      return;
    }
  }
}

const operators = ['&&', '||', ';;', ';', '&', '|', '(', ')', '\n'] as const;
export type Operator = (typeof operators)[number];

/** The control operator here, if any; does not move. */
export function peekOperator(cursor: Cursor): Operator | undefined {
  return operators.find((operator) => cursor.text.startsWith(operator, cursor.at));
}

const wordEnd = new Set([' ', '\t', '\n', ';', '&', '|', '(', ')', '<', '>']);

export function endsWord(char: string | undefined): boolean {
  return char === undefined || wordEnd.has(char);
}

/** The plain word here (no quotes, no `$`), without moving: for reserved words and names. */
export function peekPlainWord(cursor: Cursor): string {
  let end = cursor.at;
  while (!endsWord(cursor.text[end])) {
    end += 1;
  }
  return cursor.text.slice(cursor.at, end);
}

import { cursorOf, endsWord, syntaxError } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { List, Word, WordPart } from './syntax.ts';

/** How a nested script is read; passed in because words hold scripts and scripts hold words. */
export type ReadScript = (cursor: Cursor, end: ')' | undefined) => List;

/** Reads one word at the cursor; undefined when none begins here. */
export function readWord(cursor: Cursor, readScript: ReadScript): Word | undefined {
  if (endsWord(cursor.text[cursor.at])) {
    return undefined;
  }
  return readParts(cursor, readScript, endsWord, false);
}

/** The text of a here-document: expansions but no quotes. */
export function readHeredoc(text: string, readScript: ReadScript): Word {
  return readParts(cursorOf(text), readScript, (char) => char === undefined, true);
}

function readParts(
  cursor: Cursor,
  readScript: ReadScript,
  ends: (char: string | undefined) => boolean,
  heredoc: boolean,
): WordPart[] {
  const parts: WordPart[] = [];
  while (!ends(cursor.text[cursor.at])) {
    const char = cursor.text[cursor.at]!;
    if (char === "'" && !heredoc) {
      const end = cursor.text.indexOf("'", cursor.at + 1);
      if (end === -1) {
        throw syntaxError(cursor, 'Unterminated quoted string');
      }
      parts.push({ kind: 'text', text: cursor.text.slice(cursor.at + 1, end), quoted: true });
      cursor.at = end + 1;
    } else if (char === '"' && !heredoc) {
      cursor.at += 1;
      parts.push({ kind: 'text', text: '', quoted: true }, ...readDoubleQuoted(cursor, readScript));
    } else if (char === '\\') {
      const next = cursor.text[cursor.at + 1];
      if (heredoc && next !== '$' && next !== '`' && next !== '\\' && next !== '\n') {
        parts.push({ kind: 'text', text: '\\', quoted: true });
        cursor.at += 1;
        continue;
      }
      if (next !== '\n') {
        parts.push({ kind: 'text', text: next ?? '\\', quoted: true });
      }
      cursor.at += 2;
    } else if (char === '$' || char === '`') {
      parts.push(readExpansion(cursor, readScript, heredoc));
    } else {
      const begin = cursor.at;
      while (!ends(cursor.text[cursor.at]) && !'\'"\\$`'.includes(cursor.text[cursor.at]!)) {
        cursor.at += 1;
      }
      if (cursor.at === begin) {
        cursor.at += 1; // a quote, which means nothing in a here-document
      }
      parts.push({ kind: 'text', text: cursor.text.slice(begin, cursor.at), quoted: heredoc });
    }
  }
  return parts;
}

/** After the opening `"`, up to and with the closing one. */
function readDoubleQuoted(cursor: Cursor, readScript: ReadScript): WordPart[] {
  const parts: WordPart[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') {
      parts.push({ kind: 'text', text, quoted: true });
      text = '';
    }
  };
  for (;;) {
    const char = cursor.text[cursor.at];
    if (char === undefined) {
      throw syntaxError(cursor, 'Unterminated quoted string');
    }
    if (char === '"') {
      cursor.at += 1;
      flush();
      return parts;
    }
    if (char === '\\') {
      const next = cursor.text[cursor.at + 1] ?? '';
      if (next !== '\n') {
        text += '$`"\\'.includes(next) ? next : `\\${next}`;
      }
      cursor.at += 2;
    } else if (char === '$' || char === '`') {
      flush();
      parts.push(readExpansion(cursor, readScript, true));
    } else {
      text += char;
      cursor.at += 1;
    }
  }
}

/** At `$` or a backquote. */
function readExpansion(cursor: Cursor, readScript: ReadScript, quoted: boolean): WordPart {
  const { text } = cursor;
  if (text[cursor.at] === '`') {
    return readBackquoted(cursor, readScript, quoted);
  }
  if (text.startsWith('$((', cursor.at)) {
    return readArithmetic(cursor, readScript, quoted);
  }
  if (text.startsWith('$(', cursor.at)) {
    cursor.at += 2;
    return { kind: 'substitution', script: readScript(cursor, ')'), quoted };
  }
  if (text.startsWith('${', cursor.at)) {
    cursor.at += 2;
    return readBraced(cursor, readScript, quoted);
  }
  const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9?$!#@*-])/.exec(
    text.slice(cursor.at + 1, cursor.at + 200),
  )?.[0];
  if (name === undefined) {
    cursor.at += 1;
    return { kind: 'text', text: '$', quoted: true };
  }
  cursor.at += 1 + name.length;
  return { kind: 'parameter', name, quoted };
}

function readBraced(cursor: Cursor, readScript: ReadScript, quoted: boolean): WordPart {
  const head = /^(#?)([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[?$!#@*-])(:?[-=+?]|##?|%%?)?/.exec(
    cursor.text.slice(cursor.at, cursor.at + 200),
  );
  if (head === null) {
    throw syntaxError(cursor, 'Bad substitution');
  }
  const [whole, length, name = ''] = head;
  const operator = length === '#' ? 'length' : head[3];
  cursor.at += whole.length;
  const operand = readParts(cursor, readScript, (char) => char === undefined || char === '}', false);
  if (cursor.text[cursor.at] !== '}') {
    throw syntaxError(cursor, "Missing '}'");
  }
  cursor.at += 1;
  if (operator === undefined) {
    if (operand.length > 0) {
      throw syntaxError(cursor, 'Bad substitution');
    }
    return { kind: 'parameter', name, quoted };
  }
  return { kind: 'parameter', name, operator, operand, quoted };
}

function readArithmetic(cursor: Cursor, readScript: ReadScript, quoted: boolean): WordPart {
  const begin = cursor.at + 3;
  let depth = 2;
  let end = begin;
  for (; end < cursor.text.length && depth > 0; end += 1) {
    depth += cursor.text[end] === '(' ? 1 : cursor.text[end] === ')' ? -1 : 0;
  }
  if (depth > 0) {
    throw syntaxError(cursor, "Missing '))'");
  }
  cursor.at = end;
  return {
    kind: 'arithmetic',
    expression: readHeredoc(cursor.text.slice(begin, end - 2), readScript),
    quoted,
  };
}

function readBackquoted(cursor: Cursor, readScript: ReadScript, quoted: boolean): WordPart {
  let script = '';
  for (let at = cursor.at + 1; at < cursor.text.length; at += 1) {
    const char = cursor.text[at]!;
    if (char === '`') {
      cursor.at = at + 1;
      return { kind: 'substitution', script: readScript(cursorOf(script), undefined), quoted };
    }
    const next = cursor.text[at + 1];
    if (char === '\\' && next !== undefined && '$`\\'.includes(next)) {
      script += next;
      at += 1;
    } else {
      script += char;
    }
  }
  throw syntaxError(cursor, 'EOF in backquote substitution');
}

import { skipBlanks, syntaxError } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { readHeredoc, readWord } from './read-word.ts';
import type { ReadScript } from './read-word.ts';
import type { Redirection } from './syntax.ts';

/** The redirection at the cursor, if one begins here. A here-document's text is filled in later. */
export function parseRedirection(cursor: Cursor, readScript: ReadScript): Redirection | undefined {
  const found = /^([0-9]?)(<<-?|<>|<&|>&|>>|>\||<|>)/.exec(cursor.text.slice(cursor.at, cursor.at + 8));
  if (found === null) {
    return undefined;
  }
  const [whole, number = '', symbol = ''] = found;
  cursor.at += whole.length;
  skipBlanks(cursor);
  const begin = cursor.at;
  const target = readWord(cursor, readScript);
  if (target === undefined) {
    throw syntaxError(cursor, 'redirection unexpected');
  }
  const operator = (symbol === '<<-' ? '<<' : symbol === '>|' ? '>' : symbol) as Redirection['operator'];
  const redirection: Redirection = {
    fd: number === '' ? (symbol.startsWith('<') ? 0 : 1) : Number(number),
    operator,
    target,
  };
  if (operator === '<<') {
    const written = cursor.text.slice(begin, cursor.at);
    cursor.heredocs.push({
      redirection,
      delimiter: written.replaceAll(/['"\\]/g, ''),
      expands: !/['"\\]/.test(written),
      stripTabs: symbol === '<<-',
    });
  }
  return redirection;
}

/** Called after a line end: reads the text of the here-documents that line announced. */
export function readHeredocs(cursor: Cursor, readScript: ReadScript): void {
  for (const { redirection, delimiter, expands, stripTabs } of cursor.heredocs.splice(0)) {
    let body = '';
    while (cursor.at < cursor.text.length) {
      const end = cursor.text.indexOf('\n', cursor.at);
      const stop = end === -1 ? cursor.text.length : end;
      const raw = cursor.text.slice(cursor.at, stop);
      const line = stripTabs ? raw.replace(/^\t+/, '') : raw;
      cursor.at = Math.min(stop + 1, cursor.text.length);
      if (line === delimiter) {
        break;
      }
      body += `${line}\n`;
    }
    redirection.target = expands
      ? readHeredoc(body, readScript)
      : [{ kind: 'text', text: body, quoted: true }];
  }
}

import { SshConfigError } from './config-error.ts';
import { canonicalKeyword, severalWords } from './config-keywords.ts';

/** One directive: `IdentityFile ~/.ssh/a "b c"` is keyword `identityfile`, words `~/.ssh/a` and `b c`. */
export interface ConfigLine {
  /** Lower case, under its usual name. */
  readonly keyword: string;
  /** False for a keyword no version of ssh has; an error unless IgnoreUnknown names it. */
  readonly known: boolean;
  readonly words: readonly string[];
  /** What follows the keyword as it was written: commands are never split. */
  readonly text: string;
  /** `/home/x/.ssh/config:12`, for messages. */
  readonly where: string;
}

/** These take the rest of the line as it is, comment signs included. */
const commandKeywords = new Set(['proxycommand', 'localcommand', 'remotecommand', 'knownhostscommand']);

/** Reads one line; undefined for blanks and comments. */
export function parseConfigLine(line: string, where: string): ConfigLine | undefined {
  const text = line.replace(/[ \t\r\n\f]+$/, '').replace(/^[ \t]+/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  const match = /^(?:"([^"]*)"|([^ \t="]+))(?:[ \t]*=[ \t]*|[ \t]+|$)/.exec(text);
  if (match === null) throw new SshConfigError(where, `cannot read the keyword: ${text.slice(0, 40)}`);
  const written = match[1] ?? match[2] ?? '';
  const keyword = canonicalKeyword(written.toLowerCase());
  const rest = text.slice(match[0].length);
  if (keyword === undefined)
    return { keyword: written.toLowerCase(), known: false, words: [], text: rest, where };
  if (commandKeywords.has(keyword)) return { keyword, known: true, words: [rest], text: rest, where };
  const words = splitWords(rest, where);
  if (words.length === 0) throw new SshConfigError(where, `${written} without an argument`);
  if (words.length > 1 && !severalWords.has(keyword)) {
    throw new SshConfigError(where, `${written} takes one argument, not ${words.length}`);
  }
  return { keyword, known: true, words, text: rest, where };
}

/**
 * Splits arguments as ssh_config does: blanks separate, single or double quotes group, a backslash escapes
 * quotes, itself and (outside quotes) a blank, and `#` at the start of a word begins a comment.
 */
export function splitWords(text: string, where: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (isBlank(text[at])) {
      at += 1;
      continue;
    }
    if (text[at] === '#') break;
    let word = '';
    let quote = '';
    for (; at < text.length; at += 1) {
      const char = text[at] ?? '';
      const next = text[at + 1] ?? '';
      if (
        char === '\\' &&
        (next === '"' || next === "'" || next === '\\' || (quote === '' && next === ' '))
      ) {
        word += next;
        at += 1;
      } else if (quote === '' && isBlank(char)) break;
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (quote !== '' && char === quote) quote = '';
      else word += char;
    }
    if (quote !== '') throw new SshConfigError(where, `no closing ${quote} in: ${text.slice(0, 60)}`);
    words.push(word);
  }
  return words;
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}

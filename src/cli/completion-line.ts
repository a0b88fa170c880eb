/** A command line up to the cursor. */
export interface CompletionLine {
  /** Finished words, quotes and backslashes taken off; the program's name is the first. */
  readonly words: readonly string[];
  /** What is typed of the word at the cursor, an opening quote left out. */
  readonly current: string;
  /** The quote that is still open. */
  readonly quote: '"' | "'" | undefined;
}

/** Splits a line as a POSIX shell does, without expanding anything; only the last command of `a | b && c` counts. */
export function readCompletionLine(line: string): CompletionLine {
  let words: string[] = [];
  let current = '';
  let inWord = false;
  let quote: CompletionLine['quote'];
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at]!;
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else current += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      inWord = true;
    } else if (character === '\\') {
      at += 1;
      current += line[at] ?? '';
      inWord = true;
    } else if (/\s/.test(character)) {
      if (inWord) words.push(current);
      current = '';
      inWord = false;
    } else if (/[|;]/.test(character) || (character === '&' && !inWord)) {
      words = [];
      current = '';
      inWord = false;
    } else {
      current += character;
      inWord = true;
    }
  }
  return { words, current, quote };
}

/**
 * bash replaces only what follows the last of its word-break characters (`:`, `=`), unless a quote is open: what stays on
 * the line must not be in its candidates. An `@` breaks too, but belongs to what follows (readline's special prefix).
 */
export function keptByBash({ current, quote }: CompletionLine, wordBreaks: string): string {
  if (quote !== undefined) return '';
  for (let at = current.length; at > 0; at -= 1) {
    const character = current[at - 1]!;
    if (wordBreaks.includes(character)) return current.slice(0, character === '@' ? at - 1 : at);
  }
  return '';
}

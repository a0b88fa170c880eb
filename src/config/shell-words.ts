/**
 * Splits a list of words the way a shell would: blanks separate, '…' and "…" quote, a backslash takes the next
 * character as it is. No expansion of any kind. Undefined when a quote is never closed.
 */
export function splitShellWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;

  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (quote !== undefined) {
      const next = text[index + 1];
      if (character === quote) {
        quote = undefined;
      } else if (quote === '"' && character === '\\' && (next === '"' || next === '\\')) {
        word += next;
        index++;
      } else {
        word += character;
      }
      continue;
    }
    if (/\s/.test(character)) {
      if (word !== undefined) {
        words.push(word);
        word = undefined;
      }
      continue;
    }
    word ??= '';
    if (character === '"' || character === "'") {
      quote = character;
    } else if (character === '\\' && index + 1 < text.length) {
      word += text[++index];
    } else {
      word += character;
    }
  }
  if (quote !== undefined) {
    return undefined;
  }
  return word === undefined ? words : [...words, word];
}

/**
 * The expressions in a text of many: separated by blanks and line ends, `#` to the end of the line left out. Blanks
 * around an operator and inside brackets belong to the expression: `a[1, 3] ! a1` is one.
 */
export function expressionWords(text: string): string[] {
  const words: string[] = [];
  for (const line of text.split(/[\r\n]+/)) {
    const content = line
      .replace(/#.*/, '')
      .trim()
      .replaceAll(/\[[^\]]*\]/g, (brackets) => brackets.replaceAll(/\s+/g, ''))
      .replaceAll(/\s*([,!&^])\s*/g, '$1');
    if (content !== '') words.push(...content.split(/\s+/));
  }
  return words;
}

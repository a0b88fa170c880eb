/** The group names among words that a `list` or `reverse` upcall printed: separated by blanks or commas, each once. */
export function evaluateGroupNames(words: readonly string[]): string[] {
  return [...new Set(words.flatMap((word) => word.split(',')).filter((name) => name !== ''))];
}

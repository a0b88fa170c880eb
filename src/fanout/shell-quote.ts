/** One word for sh, dash, bash, ksh and zsh, whatever it holds (but NUL, which no argument can hold). */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

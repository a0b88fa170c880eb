/**
 * Shorter expressions that may show the same difference: one term left out, one bracket or range reduced to one of
 * its entries. Shortest first.
 */
function shorterExpressions(text: string): string[] {
  const words = text.match(/[,!&^]|(?:\[[^\]]*\]|[^,!&^[])+/g) ?? [];
  const shorter: string[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const rest = at === 0 ? words.slice(2) : words.toSpliced(at - 1, 2);
    if (rest.length > 0) shorter.push(rest.join(''));
  }
  for (const bracket of text.matchAll(/\[([^\]]*)\]/g)) {
    const entries = bracket[1]!.split(',');
    const around = (inside: string): string =>
      text.slice(0, bracket.index) + inside + text.slice(bracket.index + bracket[0].length);
    for (let at = 0; entries.length > 1 && at < entries.length; at += 1) {
      shorter.push(around(`[${entries.toSpliced(at, 1).join()}]`));
    }
    if (entries.length === 1) {
      const [first = '', last] = entries[0]!.split(/(?<=\d)-/);
      shorter.push(around(first), ...(last === undefined ? [] : [around(last.split('/')[0]!)]));
    }
  }
  return shorter.filter((one) => one.length < text.length).toSorted((a, b) => a.length - b.length);
}

/** The shortest expression found, step by step from `text`, for which `differs` still holds. */
export async function shrinkExpression(
  text: string,
  differs: (text: string) => Promise<boolean>,
): Promise<string> {
  for (const shorter of shorterExpressions(text)) {
    if (await differs(shorter)) return shrinkExpression(shorter, differs);
  }
  return text;
}

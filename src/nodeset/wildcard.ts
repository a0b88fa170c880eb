/** A test for one wildcard pattern: `*` is any text, `?` any one character, everything else itself. */
export function wildcardTest(pattern: string): (name: string) => boolean {
  const source = pattern
    .replaceAll(/\*+/g, '*')
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 'su');
  return (name) => expression.test(name);
}

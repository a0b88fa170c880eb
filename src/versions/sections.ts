/** One part of a node's answer. */
export interface Section {
  readonly name: string;
  readonly words: readonly string[];
  /** Without the line end that each section adds. */
  readonly text: string;
}

/** A node's answer, cut at its marks. */
export interface Sections {
  readonly all: readonly Section[];
  /** The script came to its end. */
  readonly complete: boolean;
  /** Text of the first section of this name; undefined when there is none. */
  text(name: string): string | undefined;
  /** Not empty lines of the first section of this name. */
  lines(name: string): string[];
  named(name: string): Section[];
  /** The section of this name whose first word is `word`. */
  of(name: string, word: string): string | undefined;
}

/** Reads what the collector printed. Text before the first mark (a login's greeting) is nobody's and left out. */
export function readSections(answer: string, nonce: string): Sections {
  const mark = `#${nonce} `;
  const all: Section[] = [];
  let current: { name: string; words: string[]; lines: string[] } | undefined;
  const close = (): void => {
    if (current === undefined) return;
    const { name, words, lines } = current;
    // The mark's own line end makes an empty last line.
    if (lines.at(-1) === '') lines.pop();
    all.push({ name, words, text: lines.join('\n') });
  };
  for (const line of answer.split('\n')) {
    if (!line.startsWith(mark)) {
      current?.lines.push(line);
      continue;
    }
    close();
    const [name, ...words] = line.slice(mark.length).split(' ');
    current = { name: name ?? '', words, lines: [] };
  }
  close();
  const find = (name: string) => all.find((section) => section.name === name);
  return {
    all,
    complete: all.some(({ name }) => name === 'end'),
    text: (name) => find(name)?.text,
    lines: (name) => linesOf(find(name)?.text),
    named: (name) => all.filter((section) => section.name === name),
    of: (name, word) => all.find((section) => section.name === name && section.words[0] === word)?.text,
  };
}

/** Lines that are not empty. */
export function linesOf(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => line !== '');
}

/** `key TAB value` lines; a key that comes several times keeps all values. */
export function readPairs(text: string): Map<string, string[]> {
  const pairs = new Map<string, string[]>();
  for (const line of linesOf(text)) {
    const tab = line.indexOf('\t');
    if (tab === -1) continue;
    const key = line.slice(0, tab);
    pairs.set(key, [...(pairs.get(key) ?? []), line.slice(tab + 1)]);
  }
  return pairs;
}

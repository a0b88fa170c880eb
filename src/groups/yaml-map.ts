import type { Document, LineCounter, Pair, Scalar } from 'yaml';
import { ConfigError, type Place } from '../config/config-error.ts';
import { printable } from '../config/ini.ts';

/** A value in a YAML file, with its place. Scalars are the text as it is written. */
export interface YamlValue {
  readonly place: Place;
  /** The pairs of a map; anything else is an error saying what was expected. */
  entries(expected: string): YamlEntry[];
  /** The items of a list, or the value itself as the only item. */
  items(): YamlValue[];
  /** The text of a scalar; undefined for maps and lists. */
  text(): string | undefined;
  /** No value at all, `~` or `null`. */
  isNothing(): boolean;
}

/** One pair of a map. */
export interface YamlEntry extends YamlValue {
  readonly name: string;
}

/**
 * Opens a YAML document for reading with places. Scalars are not interpreted, so `69:` is the name "69", `010:` is "010"
 * and `on:` is "on"; anchors and `<<` work. The same key twice is an error.
 */
export async function openYaml(text: string, file: string): Promise<YamlValue> {
  // A CommonJS package: in the bundle it has no other export.
  const { default: yaml } = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    schema: 'failsafe',
    prettyErrors: false,
    // Its own check compares every key with every other; see mapEntries.
    uniqueKeys: false,
  });
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new ConfigError({ file, line: lines.linePos(broken.pos[0]).line }, broken.message);
  }
  return valueOf(document.contents, { file, lines, document, yaml }, { file, line: 1 });
}

interface Reader {
  readonly file: string;
  readonly lines: LineCounter;
  readonly document: Document;
  readonly yaml: typeof import('yaml');
}

function valueOf(written: unknown, reader: Reader, place: Place): YamlValue {
  const { yaml, document } = reader;
  const node = yaml.isAlias(written) ? written.resolve(document) : written;
  const isNothing = () =>
    node === null ||
    node === undefined ||
    (yaml.isScalar(node) && node.type === 'PLAIN' && /^(?:~|null|Null|NULL|)$/.test(scalarText(node)));
  return {
    place,
    isNothing,
    entries(expected) {
      if (yaml.isMap(node)) {
        return mapEntries(node.items, reader);
      }
      throw new ConfigError(place, `expected ${expected}`);
    },
    items() {
      return yaml.isSeq(node)
        ? node.items.map((item) => valueOf(item, reader, placeOf(item, reader, place)))
        : [valueOf(node, reader, place)];
    },
    text: () => (isNothing() ? '' : yaml.isScalar(node) ? scalarText(node) : undefined),
  };
}

/** The failsafe schema leaves every scalar the text it was written as. */
function scalarText({ value }: Scalar): string {
  return typeof value === 'string' ? value : '';
}

function mapEntries(pairs: readonly Pair[], reader: Reader): YamlEntry[] {
  const inherited: YamlEntry[] = [];
  const all = new Map<string, YamlEntry>();
  for (const { key, value } of pairs) {
    const place = placeOf(key, reader, { file: reader.file, line: 0 });
    const name = valueOf(key, reader, place).text();
    if (name === undefined) {
      throw new ConfigError(place, 'a key must be a plain word');
    }
    const read = valueOf(value, reader, place);
    if (name === '<<') {
      inherited.push(...read.items().flatMap((map) => map.entries('a map after "<<"')));
      continue;
    }
    if (all.has(name)) {
      throw new ConfigError(place, `"${printable(name)}" is given twice`);
    }
    all.set(name, { ...read, name });
  }
  for (const entry of inherited) {
    if (!all.has(entry.name)) {
      all.set(entry.name, entry);
    }
  }
  return [...all.values()];
}

function placeOf(node: unknown, { file, lines, yaml }: Reader, otherwise: Place): Place {
  const range = yaml.isNode(node) ? node.range : undefined;
  return range ? { file, line: lines.linePos(range[0]).line } : otherwise;
}

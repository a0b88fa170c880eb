import { formatPlace } from '../config/config-error.ts';
import { splitGroupWords } from './group-words.ts';
import type { StaticGroup, StaticSourcePart } from './static-source.ts';

const name = String.raw`(?:([A-Za-z0-9_][A-Za-z0-9_.+-]*)|'([A-Za-z0-9_.+-]*)'|"([A-Za-z0-9_.+-]*)")`;
const remark = String.raw`\s*(?:\s#.*)?$`;
/** `source:` */
const sourceLine = new RegExp(`^${name}:${remark}`);
/** `    group: value`; the value keeps its quotes. */
const groupLine = new RegExp(
  String.raw`^( +)${name}:(?: +('[^']*'|"[^"\\]*"|\[(?:[^[\]#'"]|'[^']*'|"[^"\\]*")*\]|[A-Za-z0-9_][^\s#:'"{}]*))?${remark}`,
);
const listItem = /\s*('[^']*'|"[^"\\]*"|[A-Za-z0-9_][^\s#:'"{}[\],]*)\s*(?:,|$)/y;

interface SimpleSource {
  readonly name: string;
  readonly groups: Map<string, StaticGroup>;
  /** The blanks before its first group; all have the same. */
  indent: string | undefined;
}

/**
 * Reads the form nearly all files of groups have, `source:` lines with indented `group: value` lines, without loading a
 * YAML parser, which takes longer than everything else before the first connection. Undefined when the file has
 * anything else in it, mistakes included: then `parseYamlGroups` asks the real parser.
 */
export function parseSimpleYamlGroups(text: string, file: string): StaticSourcePart[] | undefined {
  // A tab or anything stranger is for the real parser.
  if (/[^\n\u0020-\u007e]/.test(text)) {
    return undefined;
  }
  const sources = new Map<string, SimpleSource>();
  let current: SimpleSource | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(?:#|$)/.test(line)) {
      continue;
    }
    const source = sourceLine.exec(line);
    if (source !== null) {
      current = { name: source[1] ?? source[2] ?? source[3] ?? '', groups: new Map(), indent: undefined };
      if (sources.has(current.name)) {
        return undefined;
      }
      sources.set(current.name, current);
      continue;
    }
    const found = groupLine.exec(line);
    const group = found?.[2] ?? found?.[3] ?? found?.[4];
    if (found === null || current === undefined || group === undefined || current.groups.has(group)) {
      return undefined;
    }
    current.indent ??= found[1]!;
    const values = readValues(found[5] ?? '');
    if (values === undefined || found[1] !== current.indent) {
      return undefined;
    }
    const place = { file, line: index + 1 };
    const what = `group @${current.name}:${group}`;
    const expressions = values.flatMap((value) => splitGroupWords(value, what, formatPlace(place)));
    current.groups.set(group, { name: group, expressions, place });
  }
  const parts = [...sources].map(([source, { groups }]) => ({
    name: source,
    file,
    groups: [...groups.values()],
  }));
  return parts.length === 0 || parts.some(({ groups }) => groups.length === 0) ? undefined : parts;
}

/** The value, or the items of a `[list]`; undefined when an item is anything but plain or quoted text. */
function readValues(value: string): string[] | undefined {
  if (!value.startsWith('[')) {
    return [unquote(value)];
  }
  const inside = value.slice(1, -1);
  const items: string[] = [];
  listItem.lastIndex = 0;
  while (listItem.lastIndex < inside.length) {
    const item = listItem.exec(inside)?.[1];
    if (item === undefined) {
      return undefined;
    }
    items.push(unquote(item));
  }
  return items;
}

function unquote(value: string): string {
  if (value.startsWith("'") || value.startsWith('"')) {
    return value.slice(1, -1);
  }
  return /^(?:null|Null|NULL)$/.test(value) ? '' : value;
}

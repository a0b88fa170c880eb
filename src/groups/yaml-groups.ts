import type { Document, LineCounter, Node, Pair, Scalar } from 'yaml';
import { ConfigError, formatPlace, type Place } from '../config/config-error.ts';
import { splitGroupWords } from './group-words.ts';
import type { StaticGroup, StaticSourcePart } from './static-source.ts';

/**
 * Reads a file of group sources: `source: {group: value}`, a value being a node set, a list of them or nothing.
 * Keys are taken as they are written, so `69:` is the group "69" and `on:` the group "on" (ClusterShell refuses both).
 */
export async function parseYamlGroups(text: string, file: string): Promise<StaticSourcePart[]> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    schema: 'failsafe',
    prettyErrors: false,
  });
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new ConfigError({ file, line: lines.linePos(broken.pos[0]).line }, broken.message);
  }
  const reader: Reader = { file, lines, document, yaml };
  const top = document.contents;
  if (!yaml.isMap(top)) {
    throw new ConfigError({ file, line: 1 }, 'expected "source: {group: nodes}" at the top of the file');
  }
  return pairs(top, reader).map(({ name, place, value }) => {
    const groups = resolve(value, reader);
    if (!yaml.isMap(groups)) {
      throw new ConfigError(place, `group source "${name}" must hold "group: nodes" lines`);
    }
    return { name, file, groups: pairs(groups, reader).map((pair) => readGroup(name, pair, reader)) };
  });
}

interface Reader {
  readonly file: string;
  readonly lines: LineCounter;
  readonly document: Document;
  readonly yaml: typeof import('yaml');
}

interface NamedValue {
  readonly name: string;
  readonly place: Place;
  readonly value: unknown;
}

function pairs(map: { items: readonly Pair[] }, reader: Reader): NamedValue[] {
  const found = new Map<string, NamedValue>();
  for (const { key, value } of map.items) {
    const place = placeOf(key, reader);
    if (isMergeKey(key, reader)) {
      for (const inherited of mergedPairs(value, place, reader)) {
        if (!found.has(inherited.name)) {
          found.set(inherited.name, inherited);
        }
      }
      continue;
    }
    const name = keyText(key, place, reader);
    found.set(name, { name, place, value });
  }
  return [...found.values()];
}

function isMergeKey(key: unknown, { yaml }: Reader): boolean {
  return yaml.isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

function mergedPairs(value: unknown, place: Place, reader: Reader): NamedValue[] {
  const target = resolve(value, reader);
  if (reader.yaml.isMap(target)) {
    return pairs(target, reader);
  }
  if (reader.yaml.isSeq(target)) {
    return target.items.flatMap((item) => mergedPairs(item, place, reader));
  }
  throw new ConfigError(place, '"<<" must name another map');
}

/** The key as written: `010` stays "010", `on` stays "on". */
function keyText(key: unknown, place: Place, reader: Reader): string {
  const node = resolve(key, reader);
  if (!reader.yaml.isScalar(node)) {
    throw new ConfigError(place, 'a group or source name must be a plain word');
  }
  return scalarText(node);
}

/** The failsafe schema leaves every scalar the text it was written as. */
function scalarText({ value }: Scalar): string {
  return typeof value === 'string' ? value : '';
}

const nothing = /^(?:~|null|Null|NULL|)$/;

function readGroup(source: string, { name, place, value }: NamedValue, reader: Reader): StaticGroup {
  const what = `group @${source}:${name}`;
  const node = resolve(value, reader);
  const items = reader.yaml.isSeq(node) ? node.items.map((item) => resolve(item, reader)) : [node];
  const expressions = items.flatMap((item) => {
    if (item === null || item === undefined) {
      return [];
    }
    if (!reader.yaml.isScalar(item)) {
      throw new ConfigError(
        placeOf(item, reader, place),
        `${what} must be a node set or a list of node sets`,
      );
    }
    if (item.type === 'PLAIN' && nothing.test(scalarText(item))) {
      return [];
    }
    return splitGroupWords(scalarText(item), what, formatPlace(place));
  });
  return { name, expressions, place };
}

function resolve(node: unknown, { yaml, document }: Reader): unknown {
  return yaml.isAlias(node) ? node.resolve(document) : node;
}

function placeOf(node: unknown, { file, lines, yaml }: Reader, otherwise?: Place): Place {
  const range = yaml.isNode(node) ? (node as Node).range : undefined;
  return range ? { file, line: lines.linePos(range[0]).line } : (otherwise ?? { file, line: 0 });
}

import { ConfigError, formatPlace } from '../config/config-error.ts';
import { splitGroupWords } from './group-words.ts';
import { parseSimpleYamlGroups } from './simple-yaml-groups.ts';
import type { StaticGroup, StaticSourcePart } from './static-source.ts';
import { openYaml, type YamlEntry } from './yaml-map.ts';

/**
 * Reads a file of group sources: `source: {group: value}`, a value being a node set, a list of them or nothing.
 * Names are taken as they are written: `69:` and `on:` are fine (ClusterShell refuses both).
 */
export async function parseYamlGroups(text: string, file: string): Promise<StaticSourcePart[]> {
  return parseSimpleYamlGroups(text, file) ?? (await parseAnyYamlGroups(text, file));
}

/** The same with the YAML parser, whatever the file looks like. */
export async function parseAnyYamlGroups(text: string, file: string): Promise<StaticSourcePart[]> {
  const top = await openYaml(text, file);
  return top.entries('"source: {group: nodes}" at the top of the file').map((source) => ({
    name: source.name,
    file,
    groups: source
      .entries(`"group: nodes" lines in group source "${source.name}"`)
      .map((group) => readGroup(source.name, group)),
  }));
}

function readGroup(source: string, entry: YamlEntry): StaticGroup {
  const what = `group @${source}:${entry.name}`;
  const expressions = entry.items().flatMap((item) => {
    const text = item.text();
    if (text === undefined) {
      throw new ConfigError(item.place, `${what} must be a node set or a list of node sets`);
    }
    return splitGroupWords(text, what, formatPlace(item.place));
  });
  return { name: entry.name, expressions, place: entry.place };
}

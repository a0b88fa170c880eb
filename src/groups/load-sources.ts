import { join } from 'node:path';
import { ConfigError, type Place } from '../config/config-error.ts';
import { dropInFiles } from '../config/drop-ins.ts';
import type { IniDocument } from '../config/ini.ts';
import { readNamedIni, readOptionalFile } from '../config/read-config.ts';
import { dropIns, findMain, type FoundMain, foldersOf, namedMain } from './find-groups-conf.ts';
import type { GroupSource } from './group-source.ts';
import { mainSection, sourceNames, sourceSections, unknownKeys } from './groups-conf.ts';
import { staticSource, type StaticSourcePart } from './static-source.ts';
import { checkUpcallSection, upcallSource, type UpcallSettings } from './upcall-source.ts';
import type { ClusterGroups } from './patroni-source.ts';
import { parseYamlGroups } from './yaml-groups.ts';

/** Where to look for group sources, and how upcalls are run. */
export interface LoadOptions extends UpcallSettings {
  readonly home: string;
  /** A groups.conf that replaces the whole search (`--groupsconf`). */
  readonly groupsConf?: string;
  /** What a relative `groupsConf` is relative to. */
  readonly cwd?: string;
}

/** Everything the configuration says about groups. */
export interface LoadedSources {
  /** In the order they are listed, the default source first. */
  readonly sources: ReadonlyMap<string, GroupSource>;
  /** What groups.conf calls the default, else the first source; undefined when there is none. */
  readonly defaultSource: string | undefined;
  /** The files and folders that were looked at, for the message when nothing was found. */
  readonly searched: readonly string[];
  /** Unknown keys, each with file:line. */
  readonly warnings: readonly string[];
}

/** Reads all configuration of groups. Any broken file is an error: half a configuration would select the wrong nodes. */
export async function loadSources(options: LoadOptions, groups: ClusterGroups): Promise<LoadedSources> {
  const found =
    options.groupsConf === undefined ? findMain(options) : namedMain(options.groupsConf, options.cwd);
  const parts = new Map<string, SourceParts>();

  for (const folder of dropIns(found, 'confdir')) {
    for (const file of dropInFiles(folder.path, '.conf', folder.origin)) {
      addSections(parts, readNamedIni(file));
    }
  }
  for (const folder of dropIns(found, 'autodir')) {
    for (const file of dropInFiles(folder.path, '.yaml', folder.origin)) {
      for (const part of await parseYamlGroups(readOptionalFile(file) ?? '', file)) {
        entry(parts, part.name).files.push(part);
      }
    }
  }
  addSections(parts, found.document);

  const sources = [...parts].map(([name, part]) => buildSource(name, part, found, options));
  for (const { source, place } of await ownSources(found, options, groups)) {
    if (parts.has(source.name)) {
      const other = sources.find(({ name }) => name === source.name)?.origins.join(', ') ?? '';
      throw new ConfigError(place, `group source "${source.name}" is also defined in ${other}`);
    }
    sources.push(source);
  }
  const chosen = found.document.get(mainSection)?.get('default');
  const defaultSource = chosen === undefined || chosen.value === '' ? sources[0]?.name : chosen.value;
  if (
    chosen !== undefined &&
    defaultSource !== undefined &&
    !sources.some(({ name }) => name === defaultSource)
  ) {
    throw new ConfigError(chosen, `the default group source "${defaultSource}" does not exist`, {
      hint:
        sources.length === 0
          ? 'No group source is defined.'
          : `Sources: ${sources.map(({ name }) => name).join(', ')}.`,
    });
  }
  const ordered = sources.toSorted(
    (a, b) => Number(b.name === defaultSource) - Number(a.name === defaultSource),
  );
  return {
    sources: new Map(ordered.map((source) => [source.name, source])),
    defaultSource,
    searched: found.searched,
    warnings: [...parts.values()].flatMap(({ sections }) =>
      sections.flatMap(({ document, header }) => unknownKeys(document, header)),
    ),
  };
}

/** The sources of groups.yaml in muster's own folder. */
async function ownSources(
  found: FoundMain,
  options: LoadOptions,
  groups: ClusterGroups,
): Promise<{ source: GroupSource; place: Place }[]> {
  const file = found.ownFolder === undefined ? undefined : join(found.ownFolder, 'groups.yaml');
  const text = file === undefined ? undefined : readOptionalFile(file);
  if (file === undefined || text === undefined) {
    return [];
  }
  const { parseOwnSources } = await import('./own-sources.ts');
  const sources = await parseOwnSources(text, file, { ...options, groups });
  return sources.map((source) => ({ source, place: { file, line: 0 } }));
}

/** The pieces one source is made of. */
interface SourceParts {
  readonly files: StaticSourcePart[];
  readonly sections: { readonly document: IniDocument; readonly header: string }[];
}

function entry(parts: Map<string, SourceParts>, name: string): SourceParts {
  const known = parts.get(name) ?? { files: [], sections: [] };
  parts.set(name, known);
  return known;
}

function addSections(parts: Map<string, SourceParts>, document: IniDocument): void {
  for (const [header] of sourceSections(document)) {
    for (const name of sourceNames(header)) {
      const { sections } = entry(parts, name);
      const place = placeOf(document, header);
      if (sections.some((other) => placeOf(other.document, other.header).file === place.file)) {
        throw new ConfigError(place, `group source "${name}" is defined twice in this file`);
      }
      sections.push({ document, header });
    }
  }
}

function placeOf(document: IniDocument, header: string): Place {
  const first = document.get(header)?.values().next().value;
  return first === undefined ? { file: 'groups.conf', line: 0 } : { file: first.file, line: first.line };
}

function buildSource(name: string, parts: SourceParts, found: FoundMain, options: LoadOptions): GroupSource {
  const section = parts.sections[0];
  if (section === undefined) {
    return staticSource('yaml', parts.files);
  }
  const place = placeOf(section.document, section.header);
  const file = parts.files[0];
  if (file !== undefined) {
    throw new ConfigError(place, `group source "${name}" is also defined in ${file.file}`, {
      hint: 'A source is either upcalls or a YAML file; rename one of them.',
    });
  }
  const keys = new Map(parts.sections.flatMap(({ document, header }) => [...(document.get(header) ?? [])]));
  const upcalls = { name, keys, foldersOf: (path: string) => foldersOf(path, found) };
  checkUpcallSection(upcalls, place);
  return upcallSource(upcalls, options);
}

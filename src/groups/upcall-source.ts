import { ConfigError, formatPlace } from '../config/config-error.ts';
import { type IniSection, printable } from '../config/ini.ts';
import type { GroupDefinition } from '../nodeset/group-resolver.ts';
import { evaluateGroupNames } from './evaluate-group-names.ts';
import { isSubstitutable } from './group-name.ts';
import type { GroupSource } from './group-source.ts';
import { splitGroupWords } from './group-words.ts';
import { runUpcall } from './run-upcall.ts';
import { substituteUpcall } from './upcall-text.ts';

/** What every upcall of a program run shares. */
export interface UpcallSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds; default 10 s. */
  readonly timeLimit?: number;
  /** Bytes; default 16 MB. */
  readonly outputLimit?: number;
  /** Ends upcalls that are running when the user interrupts. */
  readonly signal?: AbortSignal;
}

/** A section of groups.conf: commands that answer what is in a group. */
export interface UpcallSection {
  readonly name: string;
  readonly keys: IniSection;
  /** Where an upcall written in that file runs, and what `$CFGDIR` is for it. */
  readonly foldersOf: (file: string) => UpcallFolders;
}

export interface UpcallFolders {
  readonly cwd: string;
  readonly configFolder: string;
}

type UpcallKey = 'map' | 'mapall' | 'all' | 'list' | 'reverse';

/** A group source answered by shell commands. Answers are kept for `cache_time` seconds. */
export function upcallSource(section: UpcallSection, settings: UpcallSettings): GroupSource {
  const { name, keys } = section;
  const cache = new Map<string, { readonly until: number; readonly answer: Promise<string> }>();
  const keepFor = seconds(keys, 'cache_time') ?? defaultCacheTime;
  const timeLimit = seconds(keys, 'time_limit') ?? settings.timeLimit ?? 10_000;

  function call(
    key: UpcallKey,
    about: { GROUP?: string; NODE?: string },
    subject: string,
  ): Promise<string> | undefined {
    const upcall = keys.get(key);
    if (upcall === undefined) {
      return undefined;
    }
    const entry = `${key} ${subject}`;
    const now = Date.now();
    const known = cache.get(entry);
    if (known !== undefined && known.until > now) {
      return known.answer;
    }
    const { cwd, configFolder } = section.foldersOf(upcall.file);
    const variables = { ...about, SOURCE: name, CFGDIR: configFolder };
    const answer = runUpcall({
      command: substituteUpcall(upcall.value, variables),
      cwd,
      env: { ...settings.env, ...variables },
      what: `upcall "${key}" of group source "${name}"${subject}`,
      timeLimit,
      outputLimit: settings.outputLimit ?? 16 * 1024 * 1024,
      signal: settings.signal,
    });
    cache.set(entry, { until: now + keepFor, answer });
    answer.catch(() => cache.delete(entry));
    return answer;
  }

  function origin(key: UpcallKey): string {
    const upcall = keys.get(key);
    return upcall === undefined ? name : `upcall ${key}, ${formatPlace(upcall)}`;
  }

  function definition(key: UpcallKey, what: string, text: string): GroupDefinition {
    return { expressions: splitGroupWords(text, what, origin(key)), source: name, origin: origin(key) };
  }

  async function mapAll(): Promise<ReadonlyMap<string, string> | undefined> {
    const output = await call('mapall', {}, '');
    if (output === undefined) {
      return undefined;
    }
    const groups = new Map<string, string>();
    for (const line of output.split('\n')) {
      const parts = /^\s*([^\s:]+)\s*:(.*)$/.exec(line);
      if (parts !== null) {
        groups.set(
          parts[1]!,
          [groups.get(parts[1]!), parts[2]!].filter((text) => text !== undefined).join('\n'),
        );
      }
    }
    return groups;
  }

  async function listed(): Promise<readonly string[] | undefined> {
    const output = await call('list', {}, '');
    if (output === undefined) {
      const mapped = await mapAll();
      return mapped === undefined ? undefined : [...mapped.keys()];
    }
    return evaluateGroupNames(splitGroupWords(output, `group list of source "${name}"`, origin('list')));
  }

  return {
    name,
    kind: 'upcall',
    origins: [...new Set([...keys.values()].map((value) => value.file))],
    async group(group) {
      const what = `group @${name}:${group}`;
      if (!keys.has('map')) {
        const text = (await mapAll())?.get(group);
        return text === undefined ? undefined : definition('mapall', what, text);
      }
      if (!isSubstitutable(group)) {
        return undefined;
      }
      const text = await call('map', { GROUP: group }, `, group "${group}"`);
      const found = definition('map', what, text ?? '');
      // ClusterShell takes silence for an empty group; only a name the source itself lists may be empty here.
      return found.expressions.length > 0 || (await listed())?.includes(group) === true ? found : undefined;
    },
    async all() {
      const text = await call('all', {}, '');
      return text === undefined ? undefined : definition('all', `all nodes of group source "${name}"`, text);
    },
    groupNames: listed,
    async reverse(node) {
      const text = isSubstitutable(node)
        ? await call('reverse', { NODE: node }, `, node "${node}"`)
        : undefined;
      return text === undefined
        ? undefined
        : evaluateGroupNames(splitGroupWords(text, `groups of node ${node}`, origin('reverse')));
    },
  };
}

/** Checks a section as it is loaded: without `map` (or 1.10's `mapall`) it cannot answer anything. */
export function checkUpcallSection(section: UpcallSection, places: { file: string; line: number }): void {
  if (!section.keys.has('map') && !section.keys.has('mapall')) {
    throw new ConfigError(places, `group source "${section.name}" has no "map" upcall`);
  }
  seconds(section.keys, 'cache_time');
  seconds(section.keys, 'time_limit');
}

/** ClusterShell's hour; it matters in the shell only, everything else ends sooner. */
const defaultCacheTime = 3_600_000;

/** A key that holds seconds, as milliseconds. `time_limit` is muster's own; ClusterShell passes over it. */
function seconds(keys: IniSection, key: 'cache_time' | 'time_limit'): number | undefined {
  const value = keys.get(key);
  if (value === undefined) {
    return undefined;
  }
  const number = Number(value.value);
  if (
    value.value.trim() === '' ||
    !Number.isFinite(number) ||
    number < 0 ||
    (key === 'time_limit' && number === 0)
  ) {
    throw new ConfigError(value, `${key} must be a number of seconds, not "${printable(value.value)}"`);
  }
  return number * 1000;
}

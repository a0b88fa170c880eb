import {
  type GroupDefinition,
  type GroupResolver,
  UnknownGroupError,
  UnknownGroupSourceError,
} from '../nodeset/group-resolver.ts';
import { evaluateInOrder } from '../nodeset/evaluate.ts';
import { UserError } from '../errors.ts';
import { printable } from '../config/ini.ts';
import { isGroupName } from './group-name.ts';
import type { GroupSource, GroupSourceKind } from './group-source.ts';
import type { LoadedSources, LoadOptions } from './load-sources.ts';
import { nearestNames } from './nearest.ts';

/** How groups are looked up. */
export interface GroupResolverOptions extends LoadOptions {
  /** The source of `@name` without a source, instead of the configured default (`-s`). */
  readonly defaultSource?: string;
}

/** One source, as `muster groups` and `nodeset --groupsources` list it. */
export interface GroupSourceInfo {
  readonly name: string;
  readonly kind: GroupSourceKind;
  readonly origins: readonly string[];
  readonly isDefault: boolean;
}

/** The group resolver of node sets, and what listing groups needs besides. */
export interface Groups extends GroupResolver {
  /** The source that `@name` means; undefined when there is no source at all. */
  defaultSource(): Promise<string | undefined>;
  /** Every source, the default first. */
  sources(): Promise<readonly GroupSourceInfo[]>;
  /** Oddities met so far that do not stop anything: unknown keys in the files, listed names that cannot be used. */
  warnings(): readonly string[];
  /** The names of the groups the node is in, if the source can tell directly; else undefined. */
  reverse(source: string | undefined, node: string): Promise<readonly string[] | undefined>;
}

/**
 * Looks groups up in the configuration of ClusterShell and muster. Nothing is read before the first question, so a
 * command line of plain node names costs nothing; a broken file fails the first question, whatever source it asks.
 */
export function createGroupResolver(options: GroupResolverOptions): Groups {
  let loading: Promise<LoadedSources> | undefined;
  const warnings = new Set<string>();
  const load = () => (loading ??= loadAndWarn());

  async function loadAndWarn(): Promise<LoadedSources> {
    const { loadSources } = await import('./load-sources.ts');
    const loaded = await loadSources(options, {
      names: (source) => groups.groupNames(source),
      nodes: nodesOf,
    });
    for (const warning of loaded.warnings) {
      warnings.add(warning);
    }
    return loaded;
  }

  async function find(name: string | undefined): Promise<GroupSource> {
    const loaded = await load();
    const wanted = name ?? options.defaultSource ?? loaded.defaultSource;
    const source = wanted === undefined ? undefined : loaded.sources.get(wanted);
    if (source !== undefined) {
      return source;
    }
    throw unknownSource(wanted, loaded);
  }

  /** What other sources need to know of a group: its nodes, in the order written. */
  async function nodesOf(source: string, group: string): Promise<string[] | undefined> {
    if ((await (await find(source)).group(group)) === undefined) {
      return undefined;
    }
    return evaluateInOrder(`@${source}:${group}`, { resolver: groups });
  }

  const groups: Groups = {
    async group(sourceName, name) {
      if (!isGroupName(name)) {
        throw new UserError(`"${printable(name)}" cannot be the name of a group`, {
          code: 'GROUP_NAME',
          hint: 'Names of groups are made of letters, digits and . _ - : + = / %.',
        });
      }
      const source = await find(sourceName);
      const definition = await source.group(name);
      if (definition !== undefined) {
        return definition;
      }
      throw await unknownGroup(source, name, await load());
    },
    async all(sourceName) {
      const source = await find(sourceName);
      return (await source.all()) ?? unionOfGroups(source);
    },
    async groupNames(sourceName) {
      const source = await find(sourceName);
      const names = await listGroups(source);
      // One odd name must not keep the others from being listed (ClusterShell's issue 684).
      for (const odd of names.filter((name) => !isGroupName(name))) {
        warnings.add(`group source "${source.name}": "${printable(odd)}" cannot be the name of a group`);
      }
      return names.filter(isGroupName);
    },
    warnings: () => [...warnings],
    async defaultSource() {
      return options.defaultSource ?? (await load()).defaultSource;
    },
    async sources() {
      const { sources, defaultSource } = await load();
      const chosen = options.defaultSource ?? defaultSource;
      return [...sources.values()]
        .map(({ name, kind, origins }) => ({ name, kind, origins, isDefault: name === chosen }))
        .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault));
    },
    async reverse(sourceName, node) {
      return (await find(sourceName)).reverse(node);
    },
  };
  return groups;
}

async function listGroups(source: GroupSource): Promise<readonly string[]> {
  const names = await source.groupNames();
  if (names === undefined) {
    throw new UserError(`group source "${source.name}" cannot list its groups`, {
      code: 'NO_GROUP_LIST',
      hint: `It has no "list" upcall (${source.origins.join(', ')}).`,
    });
  }
  return names;
}

/** How many groups of a source without "all" are asked for at the same time. */
const unionWidth = 8;

async function unionOfGroups(source: GroupSource): Promise<GroupDefinition> {
  const names = await listGroups(source);
  const expressions: string[] = [];
  for (let from = 0; from < names.length; from += unionWidth) {
    const slice = names.slice(from, from + unionWidth);
    const definitions = await Promise.all(slice.map((name) => source.group(name)));
    for (const [index, definition] of definitions.entries()) {
      if (definition === undefined) {
        throw new UserError(
          `all nodes of group source "${source.name}": it lists "${printable(slice[index]!)}", which cannot be looked up`,
          { code: 'GROUP_NAME', hint: `Its groups come from ${source.origins.join(', ')}.` },
        );
      }
      expressions.push(...definition.expressions);
    }
  }
  return { expressions, source: source.name, origin: `all groups of "${source.name}"` };
}

function unknownSource(
  name: string | undefined,
  { sources, searched }: LoadedSources,
): UnknownGroupSourceError {
  if (sources.size === 0) {
    const what =
      name === undefined ? 'no group source is configured' : `unknown group source "${printable(name)}"`;
    return new UnknownGroupSourceError(what, {
      code: 'UNKNOWN_GROUP_SOURCE',
      hint: `No groups.conf, groups.conf.d or groups.d was found in: ${searched.join(', ')}.`,
    });
  }
  return new UnknownGroupSourceError(`unknown group source "${printable(name ?? '')}"`, {
    code: 'UNKNOWN_GROUP_SOURCE',
    hint: `Sources: ${[...sources.keys()].join(', ')}.`,
  });
}

/** Names what one may have meant: the same group of another source first, then names like it. */
async function unknownGroup(
  source: GroupSource,
  name: string,
  loaded: LoadedSources,
): Promise<UnknownGroupError> {
  // A source that cannot answer now has no part in the hint; what is wrong is the name.
  const quietly = <T>(answer: Promise<T>) => answer.catch(() => undefined);
  const elsewhere: string[] = [];
  for (const other of loaded.sources.values()) {
    const isCheap = other.kind === 'yaml' || other.kind === 'ansible';
    if (other !== source && isCheap && (await quietly(other.group(name))) !== undefined) {
      elsewhere.push(`@${other.name}:${name}`);
    }
  }
  const names = await quietly(source.groupNames());
  const similar = nearestNames(name, names ?? []).map((near) => `@${source.name}:${near}`);
  const candidates = [...elsewhere, ...similar].slice(0, 3);
  const list = 'Run `muster groups` to see all of them.';
  return new UnknownGroupError(`unknown group @${source.name}:${name}`, {
    code: 'UNKNOWN_GROUP',
    hint: candidates.length === 0 ? list : `Did you mean ${candidates.join(' or ')}? ${list}`,
  });
}

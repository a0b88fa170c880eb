import { formatPlace, type Place } from '../config/config-error.ts';
import type { GroupDefinition } from '../nodeset/group-resolver.ts';
import type { GroupSource, GroupSourceKind } from './group-source.ts';

/** A group as a file defines it. */
export interface StaticGroup {
  readonly name: string;
  readonly expressions: readonly string[];
  readonly place: Place;
}

/** What one file says about one source. Several of them for the same source are merged. */
export interface StaticSourcePart {
  readonly name: string;
  readonly file: string;
  readonly groups: readonly StaticGroup[];
}

/**
 * A source whose groups are all known. Files that define the same group add to it, so that a file a cluster can say
 * which groups its nodes join. A group called `all` is what `@source:*` means.
 */
export function staticSource(kind: GroupSourceKind, parts: readonly StaticSourcePart[]): GroupSource {
  const name = parts[0]!.name;
  const groups = new Map<string, GroupDefinition>();
  for (const group of parts.flatMap((part) => part.groups)) {
    const known = groups.get(group.name);
    groups.set(group.name, {
      expressions: [...(known?.expressions ?? []), ...group.expressions],
      source: name,
      origin: [known?.origin, formatPlace(group.place)].filter((text) => text !== undefined).join(', '),
    });
  }
  return {
    name,
    kind,
    origins: [...new Set(parts.map((part) => part.file))],
    group: (group) => Promise.resolve(groups.get(group)),
    all: () => Promise.resolve(groups.get('all')),
    groupNames: () => Promise.resolve([...groups.keys()]),
    reverse: () => Promise.resolve(undefined),
  };
}

import type { GroupSource, GroupSourceKind } from './group-source.ts';
import { staticSource, type StaticGroup } from './static-source.ts';

/** A source whose groups are fetched as a whole, when the first one is asked for. */
export interface LoadedSourceOptions {
  readonly name: string;
  readonly kind: GroupSourceKind;
  /** What it is loaded from: a file, an address without credentials. */
  readonly origin: string;
  /** Milliseconds the groups are kept. */
  readonly keepMs: number;
  readonly load: () => Promise<readonly StaticGroup[]>;
}

/** Loads on first use, again when the groups are older than `keepMs`, and never keeps a failure. */
export function loadedSource({ name, kind, origin, keepMs, load }: LoadedSourceOptions): GroupSource {
  let loaded: { readonly until: number; readonly source: Promise<GroupSource> } | undefined;

  function current(): Promise<GroupSource> {
    const now = Date.now();
    if (loaded === undefined || loaded.until <= now) {
      const source = load().then((groups) => staticSource(kind, [{ name, file: origin, groups }]));
      loaded = { until: now + keepMs, source };
      source.catch(() => {
        loaded = undefined;
      });
    }
    return loaded.source;
  }

  return {
    name,
    kind,
    origins: [origin],
    group: async (group) => (await current()).group(group),
    all: async () => (await current()).all(),
    groupNames: async () => (await current()).groupNames(),
    reverse: () => Promise.resolve(undefined),
  };
}

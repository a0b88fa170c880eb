import { keyType, type KnownHost, type KnownHostsIndex, readKnownHosts } from './known-hosts-file.ts';
import type { ConnectionSettings } from './settings.ts';

/** What known_hosts says of a key. `others` are the keys known for the node instead. */
export type HostKeyVerdict =
  | { readonly kind: 'known'; readonly entry: KnownHost }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'changed'; readonly others: readonly KnownHost[] }
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

/** The known_hosts files of one node, read. */
export interface KnownHosts {
  judge(key: Buffer): HostKeyVerdict;
  /** Plain keys known for the node: their types are asked for first. */
  readonly types: readonly string[];
  /** The lines that hold for the node, those with a marker too. */
  readonly entries: readonly KnownHost[];
  /** A line `@cert-authority` holds for the node: the server may only have a certificate to show. */
  readonly certAuthority: KnownHost | undefined;
}

/** The name a node has in known_hosts: HostKeyAlias, else the host name, with its port unless that is 22. */
export function knownHostsName(settings: ConnectionSettings): string {
  if (settings.hostKeyAlias !== undefined) return settings.hostKeyAlias;
  return settings.port === 22 ? settings.hostName : `[${settings.hostName}]:${settings.port}`;
}

/** known_hosts files, each combination of them read once, and the keys this run has added. */
export interface KnownHostsCache {
  /** Rejects when a file exists and cannot be read. */
  forNode(settings: ConnectionSettings): Promise<KnownHosts>;
  /** Takes a key for known from now on. @returns false when it was already added in this run */
  add(settings: ConnectionSettings, key: Buffer): boolean;
}

export function createKnownHostsCache(): KnownHostsCache {
  const indexes = new Map<string, Promise<KnownHostsIndex>>();
  const added = new Map<string, KnownHost[]>();
  const addedTo = (settings: ConnectionSettings, name: string): string =>
    `${settings.userKnownHostsFiles[0] ?? ''}\0${name}`;
  return {
    async forNode(settings) {
      const files = [...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles];
      const id = files.join('\0');
      let index = indexes.get(id);
      if (index === undefined) {
        index = readKnownHosts(files);
        indexes.set(id, index);
      }
      const read = await index;
      const own = added.get(addedTo(settings, knownHostsName(settings)));
      if (own === undefined) return knownHostsOf(read, settings);
      return knownHostsOf({ lookup: (name) => [...read.lookup(name), ...own] }, settings);
    },
    add(settings, key) {
      const id = addedTo(settings, knownHostsName(settings));
      const own = added.get(id) ?? [];
      if (own.some((entry) => entry.key.equals(key))) return false;
      const file = settings.userKnownHostsFiles[0] ?? 'memory';
      own.push({ marker: undefined, type: keyType(key), key, file, line: 0 });
      added.set(id, own);
      return true;
    },
  };
}

/** ssh's rules: a revoked key is refused whatever else is known; any other known key makes this one a changed one. */
export function knownHostsOf(index: KnownHostsIndex, settings: ConnectionSettings): KnownHosts {
  const entries = index.lookup(knownHostsName(settings));
  const plain = entries.filter((entry) => entry.marker === undefined);
  // ssh looks again without the port when nothing is known with it; only a match counts then
  const bare =
    plain.length === 0 && settings.hostKeyAlias === undefined && settings.port !== 22
      ? index.lookup(settings.hostName)
      : [];
  return {
    types: [
      ...new Set(
        [...plain, ...bare.filter((entry) => entry.marker === undefined)].map((entry) => entry.type),
      ),
    ],
    entries,
    certAuthority: entries.find((entry) => entry.marker === 'cert-authority'),
    judge(key) {
      const verdict = judge(entries, key);
      if (verdict.kind !== 'unknown' || bare.length === 0) return verdict;
      const second = judge(bare, key);
      return second.kind === 'changed' ? verdict : second;
    },
  };
}

function judge(entries: readonly KnownHost[], key: Buffer): HostKeyVerdict {
  const same = entries.filter((entry) => entry.key.equals(key));
  const revoked = same.find((entry) => entry.marker === 'revoked');
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };
  const known = same.find((entry) => entry.marker === undefined);
  if (known !== undefined) return { kind: 'known', entry: known };
  const others = entries.filter((entry) => entry.marker === undefined);
  return others.length > 0 ? { kind: 'changed', others } : { kind: 'unknown' };
}

/** Algorithms that yield keys of this type: an `ssh-rsa` key signs with SHA-2. */
function algorithmsFor(type: string): readonly string[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type];
}

/** The host-key algorithms to offer: types known for the node first, so that a key it has is the key it shows. */
export function orderHostKeyAlgorithms(
  settings: ConnectionSettings,
  types: readonly string[],
): readonly string[] {
  if (settings.hostKeyAlgorithmsFixed || types.length === 0) return settings.hostKeyAlgorithms;
  const offered = settings.hostKeyAlgorithms;
  const first = types.flatMap((type) => algorithmsFor(type)).filter((name) => offered.includes(name));
  return [...first, ...offered.filter((name) => !first.includes(name))];
}

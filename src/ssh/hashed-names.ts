import { hash } from 'node:crypto';

/** The names of a known_hosts file with HashKnownHosts: `|1|salt|HMAC-SHA1(salt, name)`, both in base64. */
export interface HashedNames<Entry> {
  add(names: string, entry: Entry): void;
  /** The entries whose hashed name this is, in no particular order. */
  find(name: string): readonly Entry[];
}

const blockBytes = 64;
const digestBytes = 20;

interface Line<Entry> {
  /** The salt as HMAC's inner and outer key (RFC 2104). */
  readonly inner: Buffer;
  readonly outer: Buffer;
  readonly digest: Buffer;
  readonly entry: Entry;
}

/**
 * Each question costs an HMAC for every line that has not been found yet: a hashed line has one name only. Two plain
 * hashes over prepared keys take 3 µs, `createHmac` 18.
 */
export function createHashedNames<Entry>(): HashedNames<Entry> {
  let unfound: Line<Entry>[] = [];
  const found = new Map<string, Entry[]>();
  return {
    add(names, entry) {
      const [salt = '', digest = ''] = names.slice('|1|'.length).split('|');
      const key = Buffer.from(salt, 'base64');
      if (key.length !== digestBytes) return;
      unfound.push({
        inner: padded(key, 0x36),
        outer: padded(key, 0x5c),
        digest: Buffer.from(digest, 'base64'),
        entry,
      });
    },
    find(name) {
      const known = found.get(name);
      if (known !== undefined) return known;
      const entries: Entry[] = [];
      const first = Buffer.alloc(blockBytes + Buffer.byteLength(name));
      first.write(name, blockBytes);
      const second = Buffer.alloc(blockBytes + digestBytes);
      const rest: Line<Entry>[] = [];
      for (const line of unfound) {
        line.inner.copy(first);
        line.outer.copy(second);
        hash('sha1', first, 'buffer').copy(second, blockBytes);
        if (hash('sha1', second, 'buffer').equals(line.digest)) entries.push(line.entry);
        else rest.push(line);
      }
      unfound = rest;
      found.set(name, entries);
      return entries;
    },
  };
}

function padded(key: Buffer, pad: number): Buffer {
  const block = Buffer.alloc(blockBytes, pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}

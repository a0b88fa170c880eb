import { readFileSync } from 'node:fs';
import { ConnectFailure } from './connect-failure.ts';
import { createHashedNames } from './hashed-names.ts';
import { matchPatternList } from './pattern.ts';

export type KnownHostMarker = 'revoked' | 'cert-authority' | undefined;

/** One good line of a known_hosts file. */
export interface KnownHost {
  readonly marker: KnownHostMarker;
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  /** The public key in SSH's wire form. */
  readonly key: Buffer;
  readonly file: string;
  readonly line: number;
}

/** A parsed file (or several, one after the other), ready for many look-ups. */
export interface KnownHostsIndex {
  /** Lines that hold for this name (`host` or `[host]:port`), in file order. */
  lookup(name: string): readonly KnownHost[];
}

/** A line whose key is read when somebody asks for its name: of thousands a run needs a few. */
interface Line {
  readonly raw: string;
  readonly file: string;
  readonly number: number;
  /** Place among all lines read. */
  readonly order: number;
}

interface Patterned {
  readonly patterns: readonly string[];
  readonly line: Line;
}

/**
 * Reads known_hosts files. A missing file counts as empty, a bad line is skipped alone, as ssh does.
 * Rejects with ConnectFailure when a file exists and cannot be read: what is not known must not be guessed.
 */
export async function readKnownHosts(paths: readonly string[]): Promise<KnownHostsIndex> {
  const plain = new Map<string, Line[]>();
  const patterned: Patterned[] = [];
  const hashed = createHashedNames<Line>();
  let order = 0;
  for (const file of paths) {
    let number = 0;
    for (const raw of readOrEmpty(file).split('\n')) {
      number += 1;
      const names = namesOf(raw);
      if (names === undefined) continue;
      order += 1;
      const line = { raw, file, number, order };
      if (names.startsWith('|1|')) {
        hashed.add(names, line);
        continue;
      }
      const patterns = names.toLowerCase().split(',');
      if (/[*?!]/.test(names)) {
        patterned.push({ patterns, line });
        continue;
      }
      for (const name of patterns) {
        const lines = plain.get(name);
        if (lines === undefined) plain.set(name, [line]);
        else lines.push(line);
      }
    }
  }
  return {
    lookup(name) {
      const lower = name.toLowerCase();
      const found = new Set(plain.get(lower));
      for (const { patterns, line } of patterned) if (matchPatternList(lower, patterns)) found.add(line);
      for (const line of hashed.find(name)) found.add(line);
      return [...found]
        .sort((a, b) => a.order - b.order)
        .map(({ raw, file, number }) => parseKnownHostsLine(raw, file, number)?.entry)
        .filter((entry) => entry !== undefined);
    },
  };
}

/** The names of a line that may be a good one. */
function namesOf(raw: string): string | undefined {
  const end = raw.search(/[ \t]/);
  if (end > 0 && raw[0] !== '@' && raw[0] !== '#') return raw.slice(0, end);
  // Blank lines, comments, markers, indented lines.
  return parseKnownHostsLine(raw, '', 0)?.names;
}

/** One line; undefined for blanks, comments and lines ssh would skip. */
export function parseKnownHostsLine(
  raw: string,
  file: string,
  line: number,
): { readonly names: string; readonly entry: KnownHost } | undefined {
  const words = raw.trim().split(/[ \t]+/);
  if (words[0] === '' || words[0]?.startsWith('#')) return undefined;
  let marker: KnownHostMarker;
  if (words[0]?.startsWith('@')) {
    const name = words.shift();
    if (name === '@revoked') marker = 'revoked';
    // ssh skips a line with a tab after the marker; muster does so only where that trusts less
    else if (name === '@cert-authority' && raw.trim().startsWith('@cert-authority '))
      marker = 'cert-authority';
    else return undefined;
  }
  const [names, type, encoded] = words;
  if (names === undefined || type === undefined || encoded === undefined) return undefined;
  const key = Buffer.from(encoded, 'base64');
  if (key.length < 8 || keyType(key) !== type) return undefined;
  return { names, entry: { marker, type, key, file, line } };
}

/** The type written inside a public key in wire form. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > key.length - 4 ? '' : key.toString('latin1', 4, 4 + length);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw new ConnectFailure('host-key', 'host-key-unknown', `${path} cannot be read (${code})`);
  }
}

import { readSections, type Sections } from '../versions/sections.ts';
import { readAudit } from './dpkg-audit.ts';
import type { PackageChange, PackageFacts } from './package-driver.ts';

/** Reads what factsScript printed; undefined: the node has neither apt nor dnf, or the answer is cut. */
export function readPackageFacts(answer: string, nonce: string, major: string): PackageFacts | undefined {
  const sections = readSections(answer, nonce);
  if (!sections.complete) return undefined;
  const manager = sections.lines('manager')[0];
  if (manager === 'apt') return readApt(sections, major);
  return manager === 'dnf' ? readDnf(sections) : undefined;
}

function readApt(sections: Sections, major: string): PackageFacts {
  const simulation = sections.lines('simulation');
  const code = sections.named('simulation-code')[0]?.words[0];
  const noTarget = sections.lines('no-target');
  const listsAt = Math.max(-1, ...sections.lines('lists').map(Number));
  const now = Number(sections.lines('now')[0]);
  const inst = simulation.flatMap((line) => readInst(line) ?? []);
  const errors = simulation.filter((line) => line.startsWith('E: ')).map((line) => line.slice(3));
  const [programs, archives, data] = sections.lines('free').map(toBytes);
  const info = sections.text('pgbackrest-info');
  const backrest = sections.lines('pgbackrest-version')[0];
  const busy = [
    ...sections.lines('automatic').filter((line) => line.startsWith('running ')),
    ...sections.lines('locks').map(lockWords),
  ];
  return {
    manager: 'apt',
    denied: deniedOf(sections),
    listsAge: listsAt > 0 ? now - listsAt : null,
    changes: inst.flatMap(({ name, from, to }) => (from === undefined ? [] : [{ name, from, to }])),
    added: inst.filter(({ from }) => from === undefined).map(({ name }) => name),
    removed: simulation.flatMap((line) => /^Remv (\S+)/.exec(line)?.[1] ?? []),
    problem:
      noTarget.length > 0
        ? `the version wanted is not on offer: ${noTarget.join(', ')}`
        : code === '0'
          ? null
          : errors.join('; ') || simulation.at(-1) || `apt-get ended with ${code}`,
    held: sections.lines('held'),
    broken: readAudit(sections.lines('audit')),
    busy: busy[0] ?? null,
    editedFiles: sections.lines('conffiles'),
    guarded: sections.lines('policy').length > 0,
    strayServers: sections.lines('stray'),
    automatic: upgradesItself(sections.lines('automatic'), major),
    needrestart: sections.lines('needrestart')[0] === 'a taken',
    free: { programs: programs ?? null, archives: archives ?? null, data: data ?? null },
    download: sections
      .lines('uris')
      .reduce((sum, line) => sum + Number(/' \S+ (\d+) /.exec(line)?.[1] ?? 0), 0),
    pgbackrest: backrest === undefined ? null : { version: backrest, info: info ?? '' },
  };
}

/** `on`, and `but PATTERN` for each package that is left alone; patterns begin at the name's begin. */
function upgradesItself(lines: readonly string[], major: string): boolean {
  if (!lines.includes('on')) return false;
  const patterns = lines.flatMap((line) => /^but (.+)$/.exec(line)?.[1] ?? []);
  const isLeft = (name: string) =>
    patterns.some((pattern) => {
      try {
        return new RegExp(`^(?:${pattern})`).test(name);
      } catch {
        return false;
      }
    });
  return ![`postgresql-${major}`, 'patroni'].every(isLeft);
}

/** `Inst libpq5 [15.18-0+deb12u1] (15.20-0+deb12u1 localhost [amd64])`; without brackets it is new. */
function readInst(line: string): { name: string; from?: string; to: string } | undefined {
  const match = /^Inst (\S+?)(?::\w+)? (?:\[([^\]]+)\] )?\((\S+) /.exec(line);
  if (match === null) return undefined;
  const [, name, from, to] = match;
  return { name: name!, to: to!, ...(from === undefined ? {} : { from }) };
}

function lockWords(line: string): string {
  const [lock, pid, name = ''] = line.split(' ');
  if (pid === undefined || pid === '0') return `${lock} is held (fuser -v ${lock})`;
  return `${lock} is held by process ${pid}${name === '' ? '' : `, ${name}`}`;
}

function readDnf(sections: Sections): PackageFacts {
  const installed = new Map(
    sections.lines('installed').map((line): [string, string] => {
      const [name = '', version = ''] = line.split('\t');
      return [name, version];
    }),
  );
  const table = readTransaction(sections.text('simulation') ?? '');
  const rows = (head: RegExp) => table.filter(({ action }) => head.test(action));
  const code = sections.named('simulation-code')[0]?.words[0];
  const noTarget = sections.lines('no-target');
  const errors = sections.lines('simulation').filter((line) => line.startsWith('Error: '));
  // Declining is an error to dnf, too: what counts is whether it came to ask.
  const isWhole = code === '0' || table.length > 0;
  const asked = sections.lines('lists').map(Number);
  const now = Number(sections.lines('now')[0]);
  const [programs, archives, data] = sections.lines('free').map(toBytes);
  return {
    manager: 'dnf',
    denied: deniedOf(sections),
    listsAge: asked.length === 0 ? null : now - Math.min(...asked),
    changes: rows(/^(?:Upgrading|Downgrading)$/).map(({ name, version }): PackageChange => {
      return { name, from: installed.get(name) ?? '?', to: version };
    }),
    added: rows(/^Installing/).map(({ name }) => name),
    removed: rows(/^Removing/).map(({ name }) => name),
    problem:
      noTarget.length > 0
        ? `the version wanted is not on offer: ${noTarget.join(', ')}`
        : isWhole
          ? null
          : errors.map((line) => line.slice('Error: '.length)).join('; ') || `dnf ended with ${code}`,
    held: sections.lines('held').flatMap((line) => lockedName(line) ?? []),
    broken:
      sections.lines('broken').length === 0
        ? null
        : { said: sections.lines('broken')[0]!, half: [], unconfigured: [] },
    busy: null,
    editedFiles: [],
    guarded: false,
    strayServers: [],
    automatic: sections.lines('automatic').includes('on'),
    needrestart: false,
    free: { programs: programs ?? null, archives: archives ?? null, data: data ?? null },
    download: null,
    pgbackrest: null,
  };
}

interface TransactionRow {
  /** The heading above it: `Upgrading`, `Installing dependencies`. */
  readonly action: string;
  readonly name: string;
  readonly version: string;
}

/** The table dnf shows before it asks. A name that is too long for its column stands on a line of its own. */
function readTransaction(text: string): TransactionRow[] {
  const found: TransactionRow[] = [];
  let action = '';
  for (const line of text.replaceAll(/^( \S+)\n {2,}(?=\S)/gm, '$1 ').split('\n')) {
    const head = /^([A-Z][\w ]+):$/.exec(line)?.[1];
    if (head !== undefined) action = head;
    else if (line === '' || line.startsWith('Transaction Summary')) action = '';
    const [, name, version] = /^ (\S+) +\S+ +(\S+) +\S+ +[\d.]+ ?[kMG]? *$/.exec(line) ?? [];
    if (action !== '' && name !== undefined) found.push({ action, name, version: version! });
  }
  return found;
}

/** `postgresql15-server-0:15.18-1PGDG.rhel9.*`; one that begins with ! is an exclusion. */
function lockedName(line: string): string | undefined {
  return /^!?(\S+?)-(?:\d+:)?\d[^-\s]*-[^-\s]+$/.exec(line)?.[1];
}

function deniedOf(sections: Sections): string | null {
  return sections.lines('user')[0] === '0'
    ? null
    : 'no right to become root: log in as root, or give sudo -n';
}

function toBytes(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

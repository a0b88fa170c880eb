import type { CollationMismatch, ExtensionFacts, InstanceFacts, PendingRestart } from './facts.ts';
import { pgMajor, pgVersion, pgVersionOfNumber } from './pg-version.ts';
import { isoTime, toNumber } from './read-host.ts';
import { linesOf, readPairs, type Section, type Sections } from './sections.ts';

/** A running server, and what could not be asked of it. */
export interface ReadInstance {
  readonly facts: InstanceFacts;
  readonly problems: readonly string[];
}

export function readInstance(section: Section, sections: Sections): ReadInstance {
  const pid = section.words[0] ?? '';
  const pairs = readPairs(section.text);
  const one = (key: string) => pairs.get(key)?.[0] ?? null;
  const number = (key: string) => toNumber(one(key) ?? undefined);
  const sql = readSql(linesOf([sections.of('sql', pid), sections.of('sql-databases', pid)].join('\n')));
  const control = readControl(sections.of('control', pid) ?? '');
  const installed = pgVersion(one('installed') ?? '');
  const replaced = one('replaced') === null ? null : one('replaced') === 'yes';
  const server = sql.rows.get('server')?.[0];
  // Without SQL a program that was not replaced since tells what runs.
  const fromProgram = replaced === false ? installed : null;
  const asked = server === undefined ? null : pgVersionOfNumber(Number(server['number']));
  const running = asked ?? fromProgram;
  const started = server === undefined ? number('started') : Number(server['started']);
  const where = one('port') === null ? `process ${pid}` : `port ${one('port')}`;
  return {
    facts: {
      pid: Number(pid),
      major: one('major') ?? (running === null ? majorOfPath(one('program')) : pgMajor(running)),
      port: number('port'),
      dataDirectory: one('data'),
      program: one('program'),
      running,
      runningFrom: asked !== null ? 'sql' : running === null ? null : 'program',
      installed,
      replaced,
      startedAt: isoTime(started),
      installedAt: isoTime(number('changed')),
      role: server === undefined ? null : server['standby'] === true ? 'standby' : 'primary',
      ...control,
      ...readServer(sql.rows),
      replacedLibraries: [
        ...new Set((pairs.get('library') ?? []).map((path) => path.replace(/ \(deleted\)$/, ''))),
      ],
    },
    problems: [...new Set(sql.problems)].map((problem) => `PostgreSQL on ${where}: ${problem}`),
  };
}

/** row_to_json over plain columns. */
type Cell = string | number | boolean | null;
type Row = Readonly<Record<string, Cell>>;
type Rows = ReadonlyMap<string, readonly Row[]>;

/** One JSON object a line, named by `fact`; `\connect` lines are instructions; anything else is psql complaining. */
function readSql(lines: readonly string[]): { rows: Rows; problems: string[] } {
  const rows = new Map<string, Row[]>();
  const problems: string[] = [];
  for (const line of lines) {
    // Collation mismatches are greeted with warnings, and asked for below.
    if (line.startsWith('\\connect ') || /^(?:WARNING|NOTICE|DETAIL|HINT): /.test(line)) continue;
    const row = readRow(line);
    if (row === undefined) {
      problems.push(line);
      continue;
    }
    const fact = String(row['fact']);
    rows.set(fact, [...(rows.get(fact) ?? []), row]);
  }
  return { rows, problems };
}

function readRow(line: string): Row | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Row;
  } catch {
    return undefined;
  }
}

function readServer(
  rows: Rows,
): Pick<InstanceFacts, 'settings' | 'pendingRestart' | 'extensions' | 'collations' | 'notes' | 'databases'> {
  const all = (fact: string) => rows.get(fact) ?? [];
  const asked = rows.has('server');
  const total = all('databases')[0]?.['total'];
  return {
    settings: Object.fromEntries(all('setting').map((row) => [String(row['name']), String(row['value'])])),
    pendingRestart: all('pending-restart').map((row): PendingRestart => ({
      name: String(row['name']),
      from: textOrNull(row['value']),
      to: null,
    })),
    extensions: asked ? groupExtensions(all('extension')) : null,
    collations: asked
      ? all('collation').map((row): CollationMismatch => ({
          database: String(row['database']),
          collation: textOrNull(row['collation']),
          recorded: textOrNull(row['recorded']),
          actual: textOrNull(row['actual']),
        }))
      : null,
    notes: all('note')
      .filter((row) => row['found'] === true)
      .map((row) => String(row['id']))
      .filter((id, index, ids) => ids.indexOf(id) === index),
    databases: total === undefined ? null : { total: Number(total), seen: all('database').length },
  };
}

/** The same extension in the same version in many databases is one fact. */
function groupExtensions(rows: readonly Row[]): ExtensionFacts[] {
  const found = new Map<string, ExtensionFacts & { databases: string[] }>();
  for (const row of rows) {
    const name = String(row['name']);
    const version = String(row['version']);
    const known = found.get(`${name} ${version}`);
    if (known === undefined) {
      const available = textOrNull(row['available']);
      found.set(`${name} ${version}`, { name, version, available, databases: [String(row['database'])] });
    } else known.databases.push(String(row['database']));
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function readControl(text: string): Pick<InstanceFacts, 'systemIdentifier' | 'checksums'> {
  const checksum = /^Data page checksum version: *(\d+)$/m.exec(text)?.[1];
  return {
    systemIdentifier: /^Database system identifier: *(\d+)$/m.exec(text)?.[1] ?? null,
    checksums: checksum === undefined ? null : checksum !== '0',
  };
}

/** `/usr/lib/postgresql/15/bin/postgres`, `/usr/pgsql-9.6/bin/postgres`. */
function majorOfPath(path: string | null): string | null {
  return /(?:\/postgresql\/|\/pgsql-)(\d+(?:\.\d+)?)\//.exec(path ?? '')?.[1] ?? null;
}

function textOrNull(value: Cell | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

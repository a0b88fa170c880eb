import { pgMajor } from './pg-version.ts';
import { compareVersions } from './compare-versions.ts';

/** What is known of released versions. The bundled file is release-data.json; every fact in it names its source. */
export interface ReleaseData {
  readonly schema: 1;
  /** The day up to which it is right, `2026-11-23`. */
  readonly asOf: string;
  readonly sources: readonly string[];
  /** By major version: `15`, `9.6`. */
  readonly postgresql: Readonly<Record<string, MajorRelease>>;
  /** By os-release's ID and version: `debian 12`; a shorter version stands for all that begin with it. */
  readonly os: Readonly<Record<string, Support>>;
  /** By name and branch: `haproxy 2.6`, `patroni 4.1`. */
  readonly tools: Readonly<Record<string, Support>>;
  readonly notes: readonly ReleaseNote[];
}

/** Dates are days: `2027-11-11`. */
export interface MajorRelease {
  readonly first: string;
  readonly eol: string;
  /** The newest minor release known. */
  readonly latest: string;
  readonly date?: string | undefined;
  /** The newest minor mends security holes. */
  readonly security?: boolean | undefined;
}

export interface Support {
  readonly eol?: string | undefined;
  /** Support that goes on for free or for money after `eol`. */
  readonly extended?: string | undefined;
  readonly latest?: string | undefined;
}

/** A minor release after which somebody has to do something. */
export interface ReleaseNote {
  readonly id: string;
  /** By major: the first minor it is about. */
  readonly from: Readonly<Record<string, string>>;
  /** By major: the minor that makes it void. */
  readonly until?: Readonly<Record<string, string>> | undefined;
  readonly severity: 'stops-working' | 'may-crash' | 'check';
  readonly text: string;
  /** `server`: asked once; `database`: asked in each database. */
  readonly scope: 'server' | 'database';
  /** A read-only query that finds a row where the note applies. */
  readonly sql: string;
  readonly source: string;
}

/** What the collector asks of servers for a note. */
export interface NoteQuery {
  readonly id: string;
  readonly scope: 'server' | 'database';
  readonly sql: string;
  readonly majors: readonly string[];
}

/** After so many days newer minors are likely: they come every three months. */
const staleAfterDays = 100;
const msPerDay = 86_400_000;

export async function bundledReleaseData(): Promise<ReleaseData> {
  const { default: data } = await import('./release-data.json', { with: { type: 'json' } });
  return data as ReleaseData;
}

export function noteQueries(data: ReleaseData): NoteQuery[] {
  return data.notes.map(({ id, scope, sql, from }) => ({ id, scope, sql, majors: Object.keys(from) }));
}

/** Days since the data was right; undefined while it is fresh. */
export function staleDays(data: ReleaseData, now: Date): number | undefined {
  const days = Math.floor((now.getTime() - Date.parse(data.asOf)) / msPerDay);
  return days > staleAfterDays ? days : undefined;
}

/** Days from now to `day`; negative when it has passed. */
export function daysUntil(day: string, now: Date): number {
  return Math.ceil((Date.parse(day) - now.getTime()) / msPerDay);
}

/** `debian` and `12.11` find `debian 12`; the longest that fits counts. */
export function findSupport(
  table: Readonly<Record<string, Support>>,
  name: string,
  version: string,
): Support | undefined {
  const parts = version.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const found = table[`${name} ${parts.slice(0, length).join('.')}`];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether going from one minor to another passes a note's release, and does not end where it is void. */
export function noteApplies(note: ReleaseNote, running: string, target: string): boolean {
  const major = pgMajor(running);
  const from = note.from[major];
  if (from === undefined || pgMajor(target) !== major) return false;
  const until = note.until?.[major];
  if (until !== undefined && compareVersions(target, until) >= 0) return false;
  return compareVersions(running, from) < 0 && compareVersions(target, from) >= 0;
}

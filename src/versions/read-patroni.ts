import type { PatroniFacts, PendingRestart } from './facts.ts';
import { pgVersionOfNumber } from './pg-version.ts';
import { linesOf, readPairs, type Section, type Sections } from './sections.ts';

export interface ReadPatroni {
  readonly facts: PatroniFacts;
  readonly problems: readonly string[];
}

type Document = Readonly<Record<string, unknown>>;

/** A running Patroni: what its own REST API says (GET /patroni, GET /cluster) and what is installed. */
export function readPatroni(section: Section, sections: Sections): ReadPatroni {
  const pid = section.words[0] ?? '';
  const pairs = readPairs(section.text);
  const lines = linesOf(sections.of('patroni-api', pid));
  const documents: Document[] = [];
  const problems: string[] = [];
  for (const line of lines) {
    const document = readDocument(line);
    if (document === undefined) problems.push(`Patroni at ${pairs.get('api')?.[0] ?? '?'}: ${line}`);
    else documents.push(document);
  }
  const own = documents.find((document) => 'patroni' in document) ?? {};
  const cluster = documents.find((document) => 'members' in document);
  const self = asDocument(own['patroni']);
  const number = Number(own['server_version']);
  return {
    facts: {
      scope: text(self['scope']),
      name: text(self['name']),
      running: text(self['version']),
      installed:
        /patroni-([^/]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(pairs.get('installed')?.[0] ?? '')?.[1] ??
        null,
      role: text(own['role']),
      state: text(own['state']),
      serverVersion: number > 0 ? pgVersionOfNumber(number) : null,
      systemIdentifier: text(own['database_system_identifier']),
      timeline: typeof own['timeline'] === 'number' ? own['timeline'] : null,
      pendingRestart: own['pending_restart'] === true,
      pendingRestartReason: readReasons(own['pending_restart_reason']),
      members: cluster === undefined ? null : memberNames(cluster['members']),
      paused: own['pause'] === true,
    },
    problems,
  };
}

/** From Patroni 3.3 on: `{"max_connections": {"old_value": "100", "new_value": "200"}}`. */
function readReasons(value: unknown): PendingRestart[] {
  return Object.entries(asDocument(value)).map(([name, change]) => {
    const { old_value: from, new_value: to } = asDocument(change);
    return { name, from: text(from), to: text(to) };
  });
}

function memberNames(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  return value.map((member) => text(asDocument(member)['name']) ?? '?').toSorted();
}

function readDocument(line: string): Document | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    // A system identifier is beyond what a double holds: as text it stays whole.
    return JSON.parse(line.replaceAll(/("database_system_identifier": *)(\d+)/g, '$1"$2"')) as Document;
  } catch {
    return undefined;
  }
}

function asDocument(value: unknown): Document {
  return typeof value === 'object' && value !== null ? (value as Document) : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

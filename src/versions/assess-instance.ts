import { compareVersions } from './compare-versions.ts';
import type { InstanceFacts, NodeFacts, PatroniFacts } from './facts.ts';
import type { Finding } from './findings.ts';
import { pgMinor } from './pg-version.ts';
import { daysUntil, noteApplies, type ReleaseData } from './release-data.ts';
import { installedServers, type ServerPackage } from './server-packages.ts';

/** End of support nearer than this is said. */
const soonDays = 180;

export interface InstanceQuestion {
  readonly facts: NodeFacts;
  readonly instance: InstanceFacts;
  readonly patroni: PatroniFacts | null;
  readonly data: ReleaseData;
  readonly now: Date;
  /** See newestInFleet. */
  readonly newest: ReadonlyMap<string, string>;
}

export interface InstanceAssessment {
  readonly candidate: string | null;
  readonly latest: string | null;
  readonly findings: readonly Finding[];
}

/** What there is to say of one running server. */
export function assessInstance(question: InstanceQuestion): InstanceAssessment {
  const { facts, instance, data, newest } = question;
  const major = instance.major ?? '';
  const server = installedServers(facts).find((one) => one.major === major);
  const latest = newestKnown(major, data, newest);
  return {
    candidate: server?.candidate ?? null,
    latest,
    findings: [
      ...restarts(instance),
      ...behind(instance.installed ?? instance.running, major, data, server, latest),
      ...notes(instance, data, latest),
      ...endOfLife(major, data, question.now),
      ...pendingSettings(question),
      ...extensions(instance),
      ...collations(instance),
    ],
  };
}

/** The newest minor of a major that is published or seen in the fleet. */
function newestKnown(major: string, data: ReleaseData, newest: ReadonlyMap<string, string>): string | null {
  const published = data.postgresql[major]?.latest ?? null;
  const seen = newest.get(major) ?? null;
  return published === null || (seen !== null && compareVersions(seen, published) > 0) ? seen : published;
}

/** What there is to say of a server that is installed and does not run. */
export function assessInstalled(
  server: ServerPackage,
  { data, now, newest }: Pick<InstanceQuestion, 'data' | 'now' | 'newest'>,
): InstanceAssessment {
  const latest = newestKnown(server.major, data, newest);
  return {
    candidate: server.candidate,
    latest,
    findings: [
      ...behind(server.installed, server.major, data, server, latest),
      ...endOfLife(server.major, data, now),
    ],
  };
}

function restarts({
  running,
  installed,
  installedAt,
  replaced,
  replacedLibraries,
}: InstanceFacts): Finding[] {
  const since = installedAt === null ? '' : ` since ${installedAt.slice(0, 10)}`;
  if (running !== null && installed !== null && running !== installed) {
    const text = `restart needed: ${running} runs, ${installed} is installed${since}`;
    return [{ kind: 'restart', subject: 'postgresql', text }];
  }
  if (replaced === true) {
    const text = `restart needed: its program was replaced${since}`;
    return [{ kind: 'restart', subject: 'postgresql', text }];
  }
  if (replacedLibraries.length === 0) return [];
  const names = replacedLibraries.map((path) => path.slice(path.lastIndexOf('/') + 1));
  return [
    {
      kind: 'restart',
      subject: 'libraries',
      text: `restart needed: uses replaced libraries ${names.join(', ')}`,
    },
  ];
}

function behind(
  have: string | null,
  major: string,
  data: ReleaseData,
  server: ServerPackage | undefined,
  latest: string | null,
): Finding[] {
  if (have === null || latest === null || compareVersions(latest, have) <= 0) return [];
  const minors = (pgMinor(latest) ?? 0) - (pgMinor(have) ?? 0);
  const published = data.postgresql[major];
  const security = (published?.latest === latest && published.security === true) || server?.security === true;
  const details = [
    `${minors} minor${minors === 1 ? '' : 's'} behind ${latest}`,
    ...(security ? ['security'] : []),
    ...(server?.held === true ? ['held'] : []),
    ...(server !== undefined && server.candidate !== null && compareVersions(server.candidate, latest) < 0
      ? [`its repository has ${server.candidate}`]
      : []),
  ];
  return [{ kind: 'behind', subject: 'postgresql', text: details.join(', ') }];
}

/** What release notes ask for on the way to the newest minor. */
function notes(
  { running, installed, notes: found }: InstanceFacts,
  data: ReleaseData,
  latest: string | null,
): Finding[] {
  const from = running ?? installed;
  if (from === null || latest === null) return [];
  return data.notes
    .filter((note) => found.includes(note.id) && noteApplies(note, from, latest))
    .map((note) => ({ kind: 'note', subject: note.id, text: `before ${latest}: ${note.text}` }));
}

function endOfLife(major: string, data: ReleaseData, now: Date): Finding[] {
  const eol = data.postgresql[major]?.eol;
  if (eol === undefined) return [];
  const days = daysUntil(eol, now);
  if (days <= 0)
    return [{ kind: 'eol', subject: 'postgresql', text: `PostgreSQL ${major} is unsupported since ${eol}` }];
  if (days > soonDays) return [];
  return [{ kind: 'note', subject: 'postgresql', text: `PostgreSQL ${major} is supported until ${eol}` }];
}

function pendingSettings({ instance, patroni }: InstanceQuestion): Finding[] {
  const reasons = patroni?.pendingRestartReason ?? [];
  const names =
    reasons.length > 0
      ? reasons.map(({ name, from, to }) => `${name} ${from ?? '?'} → ${to ?? '?'}`)
      : instance.pendingRestart.map(({ name }) => name);
  if (names.length === 0 && patroni?.pendingRestart !== true) return [];
  const text = names.length === 0 ? 'restart pending' : `restart pending for ${names.join(', ')}`;
  return [{ kind: 'restart', subject: 'settings', text }];
}

function extensions({ extensions: found }: InstanceFacts): Finding[] {
  return (found ?? []).flatMap(({ name, version, available, databases }): Finding[] => {
    const where = databases.length === 1 ? databases[0]! : `${databases.length} databases`;
    if (available === null) {
      return [
        {
          kind: 'drift',
          subject: name,
          text: `extension ${name} ${version} in ${where}: its files are missing`,
        },
      ];
    }
    if (available === version) return [];
    return [
      {
        kind: 'behind',
        subject: name,
        text: `extension ${name} ${version} in ${where}: ${available} available`,
      },
    ];
  });
}

function collations({ collations: found }: InstanceFacts): Finding[] {
  return (found ?? []).map(({ database, collation, recorded, actual }) => ({
    kind: 'drift',
    subject: 'collation',
    text: `collation ${collation === null ? '' : `${collation} `}of ${database}: built with ${recorded ?? 'unknown'}, library is ${actual ?? 'unknown'}: reindex`,
  }));
}

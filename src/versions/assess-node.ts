import { compareVersions } from './compare-versions.ts';
import type { NodeFacts } from './facts.ts';
import type { Finding } from './findings.ts';
import { installedServers } from './server-packages.ts';
import { daysUntil, findSupport, type ReleaseData } from './release-data.ts';

/** Package lists older than this say little about what could be installed. */
const listsStaleDays = 7;

/** The server's packages and those of the same source are judged with their servers. */
const judgedElsewhere =
  /^(?:postgresql(?:-client|-contrib)?(?:-\d+(?:\.\d+)?)?|postgresql(?:-client)?-common|libpq5|postgresql\d*(?:-server|-libs|-contrib)?)$/;

/** What there is to say of a node besides its PostgreSQL servers. */
export function assessNode(facts: NodeFacts, data: ReleaseData, now: Date): Finding[] {
  return [
    ...patroni(facts),
    ...tools(facts, data, now),
    ...kernel(facts),
    ...packages(facts, installedServers(facts).length > 0, now),
    ...os(facts, data, now),
    ...facts.problems.map((text): Finding => ({ kind: 'note', subject: 'answer', text })),
  ];
}

function patroni({ patroni: members }: NodeFacts): Finding[] {
  return members.flatMap(({ running, installed, paused, state }): Finding[] => [
    ...(state === null || state === 'running' || state === 'streaming'
      ? []
      : [
          {
            kind: 'note' as const,
            subject: 'patroni',
            text: `PostgreSQL does not run: Patroni says "${state}"`,
          },
        ]),
    ...(running !== null && installed !== null && running !== installed
      ? [
          {
            kind: 'restart' as const,
            subject: 'patroni',
            text: `restart needed: Patroni ${running} runs, ${installed} is installed`,
          },
        ]
      : []),
    ...(paused ? [{ kind: 'note' as const, subject: 'patroni', text: 'Patroni is paused' }] : []),
  ]);
}

function tools({ tools: found }: NodeFacts, data: ReleaseData, now: Date): Finding[] {
  return found.flatMap(({ name, installed, restartNeeded, installedAt }): Finding[] => {
    const findings: Finding[] = [];
    if (restartNeeded === true) {
      const since = installedAt === null ? '' : ` on ${installedAt.slice(0, 10)}`;
      findings.push({ kind: 'restart', subject: name, text: `restart needed: ${name} was replaced${since}` });
    }
    const eol = installed === null ? undefined : findSupport(data.tools, name, installed)?.eol;
    if (eol !== undefined && daysUntil(eol, now) <= 0) {
      findings.push({ kind: 'eol', subject: name, text: `${name} ${installed} is unsupported since ${eol}` });
    }
    return findings;
  });
}

function kernel({ kernel: { running, pending, rebootFor } }: NodeFacts): Finding[] {
  if (pending !== null) {
    return [
      {
        kind: 'restart',
        subject: 'kernel',
        text: `reboot needed: kernel ${running} runs, ${pending} is installed`,
      },
    ];
  }
  if (rebootFor === null) return [];
  const text = rebootFor.length === 0 ? 'reboot needed' : `reboot needed for ${rebootFor.join(', ')}`;
  return [{ kind: 'restart', subject: 'kernel', text }];
}

function packages({ packages: { list, listsAt } }: NodeFacts, hasServer: boolean, now: Date): Finding[] {
  const newer = list.filter(
    ({ name, installed, candidate }) =>
      !(hasServer && judgedElsewhere.test(name)) &&
      candidate !== null &&
      compareVersions(candidate, installed) > 0,
  );
  const names = newer.map(({ name, security, held }) => {
    const details = [...(security ? ['security'] : []), ...(held ? ['held'] : [])];
    return details.length === 0 ? name : `${name} (${details.join(', ')})`;
  });
  const findings: Finding[] =
    names.length === 0
      ? []
      : [{ kind: 'behind', subject: 'packages', text: `newer packages: ${names.join(', ')}` }];
  const age = listsAt === null ? 0 : -daysUntil(listsAt, now);
  if (age <= listsStaleDays) return findings;
  const text = `package lists are ${age} days old: newer packages may exist`;
  return [...findings, { kind: 'note', subject: 'packages', text }];
}

function os({ os: system }: NodeFacts, data: ReleaseData, now: Date): Finding[] {
  if (system === null || system.version === null) return [];
  const support = findSupport(data.os, system.id, system.version);
  if (support?.eol === undefined || daysUntil(support.eol, now) > 0) return [];
  const { eol, extended } = support;
  if (extended !== undefined && daysUntil(extended, now) > 0) {
    return [
      { kind: 'note', subject: 'os', text: `${system.name} has extended support only, until ${extended}` },
    ];
  }
  return [{ kind: 'eol', subject: 'os', text: `${system.name} is unsupported since ${extended ?? eol}` }];
}

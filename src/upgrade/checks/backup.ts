import type { ClusterFacts } from '../cluster-facts.ts';
import { type Check, type Objection, packagesByNode, refuse, warn } from './check.ts';

interface Stanza {
  readonly name: string;
  readonly status?: {
    readonly code: number;
    readonly message: string;
    readonly lock?: { readonly backup?: { readonly held?: boolean } };
  };
  readonly backup?: readonly { readonly timestamp?: { readonly stop?: number } }[];
}

export const backupChecks: readonly Check[] = [
  {
    id: 'P15',
    title: 'there is a fresh backup, and none runs',
    test(facts, { backupAgeMs }, now) {
      const stanzas = new Map<string, Stanza>();
      for (const [, { pgbackrest }] of packagesByNode(facts)) {
        for (const stanza of readInfo(pgbackrest?.info)) stanzas.set(stanza.name, stanza);
      }
      const barman = barmanObjections(facts, backupAgeMs, now);
      // Without either of them nothing is known of backups: muster versions names other tools.
      const pgbackrest = [...stanzas.values()].flatMap((stanza): Objection[] => {
        if (stanza.status?.lock?.backup?.held === true) return [refuse(`a backup of ${stanza.name} runs`)];
        if (stanza.status !== undefined && stanza.status.code !== 0)
          return [refuse(`pgBackRest: ${stanza.name}: ${stanza.status.message}`)];
        const last = stanza.backup?.at(-1)?.timestamp?.stop;
        if (last === undefined) return [refuse(`there is no backup of ${stanza.name}`)];
        return tooOld(last, backupAgeMs, now, stanza.name);
      });
      return [...pgbackrest, ...barman];
    },
  },
  {
    id: 'P18',
    title: 'pgBackRest is the same everywhere, and stays',
    test(facts) {
      const nodes = packagesByNode(facts);
      const versions = new Set(nodes.flatMap(([, { pgbackrest }]) => pgbackrest?.version ?? []));
      const changes = nodes
        .filter(([, one]) => one.changes.some(({ name }) => name === 'pgbackrest'))
        .map(([node]) => node);
      return [
        ...(versions.size > 1
          ? [
              refuse(
                `members have different pgBackRests, which do not speak to each other: ${[...versions].join(', ')}`,
              ),
            ]
          : []),
        ...(changes.length > 0
          ? [
              warn(
                `pgBackRest changes on ${changes.join(', ')}: the repository host must have the same version`,
              ),
            ]
          : []),
      ];
    },
  },
];

/** Barman's server of this cluster is the one with its system identifier. */
function barmanObjections({ cluster, barman }: ClusterFacts, ageMs: number, now: Date): Objection[] {
  if (barman.length === 0) return [];
  const silent = barman.flatMap(({ host, servers }) =>
    typeof servers === 'string' ? [refuse(`Barman on ${host}: ${servers}`)] : [],
  );
  const identifiers = new Set(cluster.members.flatMap(({ facts }) => facts?.systemIdentifier ?? []));
  const own = barman.flatMap(({ host, servers }) =>
    typeof servers === 'string'
      ? []
      : servers
          .filter(({ systemIdentifier }) => identifiers.has(systemIdentifier ?? ''))
          .map((server) => ({ host, server })),
  );
  if (own.length === 0) {
    const hosts = barman.map(({ host }) => host).join(', ');
    return [
      ...silent,
      ...(silent.length > 0 ? [] : [refuse(`Barman on ${hosts} reaches no server of this cluster`)]),
    ];
  }
  return [
    ...silent,
    ...own.flatMap(({ host, server: { name, backups, failing } }): Objection[] => {
      const server = `Barman's server ${name} on ${host}`;
      if (backups.some(({ status }) => status === 'STARTED')) return [refuse(`a backup of ${server} runs`)];
      const wrong =
        failing.length === 0 ? [] : [refuse(`barman check fails for ${server}: ${failing.join(', ')}`)];
      const ends = backups.flatMap(({ status, endedAt }) =>
        endedAt !== null && status !== 'FAILED' ? [endedAt] : [],
      );
      if (ends.length === 0) return [...wrong, refuse(`there is no backup of ${server}`)];
      return [...wrong, ...tooOld(Math.max(...ends), ageMs, now, server)];
    }),
  ];
}

/** @param ended seconds since 1970 */
function tooOld(ended: number, ageMs: number, now: Date, of: string): Objection[] {
  const minutes = (now.getTime() / 1000 - ended) / 60;
  if (minutes * 60_000 <= ageMs) return [];
  const age = minutes < 90 ? `${Math.round(minutes)} minutes` : `${Math.round(minutes / 60)} hours`;
  return [refuse(`the last backup of ${of} is ${age} old`)];
}

function readInfo(info: string | undefined): Stanza[] {
  try {
    const read: unknown = JSON.parse(info ?? '[]');
    return Array.isArray(read) ? (read as Stanza[]) : [];
  } catch {
    return [];
  }
}

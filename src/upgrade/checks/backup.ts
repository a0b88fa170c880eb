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
      // Other tools, and none, are not looked into: muster versions names them.
      return [...stanzas.values()].flatMap((stanza): Objection[] => {
        if (stanza.status?.lock?.backup?.held === true) return [refuse(`a backup of ${stanza.name} runs`)];
        if (stanza.status !== undefined && stanza.status.code !== 0)
          return [refuse(`pgBackRest: ${stanza.name}: ${stanza.status.message}`)];
        const last = stanza.backup?.at(-1)?.timestamp?.stop;
        const hours = last === undefined ? undefined : Math.round((now.getTime() / 1000 - last) / 3600);
        if (hours === undefined) return [refuse(`there is no backup of ${stanza.name}`)];
        return hours * 3_600_000 > backupAgeMs
          ? [refuse(`the last backup of ${stanza.name} is ${hours} hours old`)]
          : [];
      });
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

function readInfo(info: string | undefined): Stanza[] {
  try {
    const read: unknown = JSON.parse(info ?? '[]');
    return Array.isArray(read) ? (read as Stanza[]) : [];
  } catch {
    return [];
  }
}

import { isReplication, type ReplicationCluster } from '../../replication/replication-cluster.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import { type Check, type Objection, refuse, replicasOf, warn } from './check.ts';

/** About Patroni alone: nothing is paused, scheduled or tagged here, and Debian is meant to start the server. */
const patroniOnly: ReadonlySet<string> = new Set(['P04', 'P09', 'P21', 'P31']);

/** Units that are PostgreSQL's own; another one would restart more than the server. */
const ownUnit = /^postgres(?:ql)?(?:[@-][\w.-]+)?\.service$/;

function replicationOf({ cluster }: ClusterFacts): ReplicationCluster {
  if (!isReplication(cluster))
    throw new TypeError('a check of servers without Patroni was given a Patroni cluster');
  return cluster;
}

/** Checks that ask servers without Patroni something else under the same id, and those only they have. */
export const plainChecks: readonly Check[] = [
  {
    id: 'P02',
    title: 'the nodes chosen are the whole cluster',
    test(facts) {
      const { members, strangers } = replicationOf(facts);
      const missing = members.filter(({ facts: own }) => own === null).map(({ name }) => name);
      return [
        ...missing.map((name) => refuse(`${name} does not answer`)),
        ...strangers.map((text) => refuse(`${text}, which is not among the nodes`)),
      ];
    },
  },
  {
    id: 'P03',
    title: 'exactly one server takes writes',
    beforeSwitchover: true,
    test(facts) {
      const { members, leader } = replicationOf(facts);
      if (leader !== null) return [];
      const writable = members
        .filter(({ facts: own }) => own?.checks.primary === 200)
        .map(({ name }) => name);
      return [
        refuse(
          writable.length === 0
            ? 'none of the nodes takes writes'
            : `${writable.join(', ')} take writes, each for itself, and are copies of one server`,
        ),
      ];
    },
  },
  {
    id: 'P07',
    title: 'synchronous replication survives the restart of a standby',
    test(facts) {
      const { commitsWaitFor, leader } = replicationOf(facts);
      if (commitsWaitFor === 0) return [];
      const rows = leader?.facts?.server?.standbys ?? [];
      const able = rows.filter(({ syncState }) => syncState !== 'async').length;
      return able > commitsWaitFor
        ? []
        : [
            refuse(
              `commits wait for ${commitsWaitFor} of ${able} standbys (synchronous_standby_names): restarting one stops all writes until it is back`,
            ),
          ];
    },
  },
  {
    id: 'P14',
    title: 'WAL is kept while a standby restarts',
    test(facts) {
      const { leader } = replicationOf(facts);
      const server = facts.servers.get(leader?.node ?? '');
      if (typeof server !== 'object' || replicasOf(facts).length === 0) return [];
      const slots = server.slots.filter(({ type, active }) => type === 'physical' && active).length;
      const direct = leader?.facts?.server?.standbys.length ?? 0;
      return server.archiving || (server.walKeep ?? 0) > 0 || slots >= direct
        ? []
        : [warn('not every standby has a slot, nothing is archived and wal_keep_size is 0')];
    },
  },
  {
    id: 'P33',
    title: 'systemd runs each server, and nobody else restarts or promotes one',
    test(facts) {
      return Object.entries(replicationOf(facts).servers).flatMap(
        ([node, { unit, watchers }]): Objection[] => [
          ...(unit === null
            ? [
                refuse(
                  `${node}: no systemd unit runs its server; stop it and start it by its unit (pg_lsclusters)`,
                ),
              ]
            : ownUnit.test(unit)
              ? []
              : [refuse(`${node}: ${unit} runs its server, which is no unit of PostgreSQL alone`)]),
          ...watchers.map((name) =>
            name === 'repmgrd'
              ? warn(
                  `${node}: repmgrd may take a restart for a failure: reconnect_attempts × reconnect_interval must be longer`,
                )
              : refuse(`${node}: ${name} runs, which restarts servers by itself`),
          ),
        ],
      );
    },
  },
];

/** The checks of a Patroni cluster as they are for one without. */
export function withoutPatroni(checks: readonly Check[]): readonly Check[] {
  const own = new Set(plainChecks.map(({ id }) => id));
  return [...checks.filter(({ id }) => !patroniOnly.has(id) && !own.has(id)), ...plainChecks].toSorted(
    (a, b) => (a.id < b.id ? -1 : 1),
  );
}

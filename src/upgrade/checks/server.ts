import { shrinkingSettings } from '../../patroni/restart-order.ts';
import { type Check, type Objection, packagesByNode, refuse, serversByNode, warn } from './check.ts';

/** Files waiting to be archived beyond which a leader's stop takes long (patroni #1905). */
const readyLimit = 50;

export const serverChecks: readonly Check[] = [
  {
    id: 'P10',
    title: 'no long transaction',
    test(facts) {
      return serversByNode(facts).flatMap(([node, { long }]) =>
        long.map(({ pid, app, user, seconds }) =>
          warn(`${node}: a transaction of ${seconds} s (pid ${pid}, ${user}, ${app || 'no name'})`),
        ),
      );
    },
  },
  {
    id: 'P11',
    title: 'no maintenance runs',
    test(facts) {
      return serversByNode(facts).flatMap(([node, server]) => {
        const running = [
          ['vacuum', server.vacuums],
          ['index build', server.indexes],
          ['CLUSTER or VACUUM FULL', server.clusters],
          ['base backup', server.basebackups],
          ['pg_dump', server.dumps],
          ['prepared transaction', server.prepared],
        ] as const;
        return running.flatMap(([what, count]) => (count > 0 ? [warn(`${node}: ${what} (${count})`)] : []));
      });
    },
  },
  {
    id: 'P12',
    title: 'archiving works',
    beforeSwitchover: true,
    test({ cluster, servers }) {
      const server = servers.get(cluster.leader?.node ?? '');
      if (server === undefined) return [];
      if (typeof server === 'string') return [refuse(`the leader does not say: ${server}`)];
      const found: Objection[] = [];
      if (server.archiving && server.archiveFails === true)
        found.push(refuse('archiving fails: a leader that stops waits for it'));
      if (server.archiveReady > readyLimit)
        found.push(
          refuse(`${server.archiveReady} WAL files wait to be archived: a leader that stops waits for them`),
        );
      return found;
    },
  },
  {
    id: 'P13',
    title: 'slots and logical receivers are well',
    beforeSwitchover: true,
    test(facts) {
      return serversByNode(facts).flatMap(([node, { slots, catchup }]) => [
        ...slots
          .filter(({ walStatus }) => walStatus === 'unreserved' || walStatus === 'lost')
          .map(({ name, walStatus }) => refuse(`${node}: slot ${name} is ${walStatus}`)),
        ...slots
          .filter(({ type, active }) => type === 'logical' && active)
          .map(({ name }) =>
            warn(
              `${node}: logical slot ${name} is in use; a switchover ends it unless it is kept by Patroni`,
            ),
          ),
        ...catchup.map((name) => warn(`${node}: ${name} catches up`)),
      ]);
    },
  },
  {
    id: 'P14',
    title: 'WAL is kept while a replica restarts',
    test({ cluster, servers }) {
      const server = servers.get(cluster.leader?.node ?? '');
      const version = cluster.leader?.facts?.patroniVersion;
      if (typeof server !== 'object' || !version || Number(version.split('.')[0]) >= 4) return [];
      return server.archiving || (server.walKeep ?? 0) > 0
        ? []
        : [
            warn(
              'Patroni before 4.0 drops the slot of an absent member, nothing is archived and wal_keep_size is 0',
            ),
          ];
    },
  },
  {
    id: 'P23',
    title: 'a restart applies nothing else',
    test({ cluster, servers }) {
      const shrinking = shrinkingSettings(cluster);
      if (shrinking.length > 0) {
        return [
          refuse(
            `${shrinking.join(', ')} becomes smaller: the leader must be restarted first (muster cluster restart --pending)`,
          ),
        ];
      }
      return [...servers].flatMap(([node, server]) =>
        typeof server === 'object' && server.pending.length > 0
          ? [warn(`${node}: the restart also applies ${server.pending.join(', ')}`)]
          : [],
      );
    },
  },
  {
    id: 'P24',
    title: 'the configuration loads',
    test(facts) {
      return serversByNode(facts).flatMap(([node, { fileErrors, hbaErrors }]) => [
        ...fileErrors.map((error) => refuse(`${node}: postgresql.conf: ${error}`)),
        ...hbaErrors.map((error) => refuse(`${node}: pg_hba.conf: ${error}`)),
      ]);
    },
  },
  {
    id: 'P25',
    title: 'preloaded libraries go along',
    test(facts) {
      const own = new Set([
        '',
        'pg_stat_statements',
        'auto_explain',
        'pg_prewarm',
        'auth_delay',
        'passwordcheck',
        'sepgsql',
        'basic_archive',
      ]);
      const changing = new Set(
        packagesByNode(facts).flatMap(([, { changes }]) => changes.map(({ name }) => name)),
      );
      const names = new Set(
        serversByNode(facts).flatMap(([, { preload }]) => preload.split(',').map((name) => name.trim())),
      );
      return [...names]
        .filter(
          (name) => !own.has(name) && ![...changing].some((one) => one.includes(name.replaceAll('_', '-'))),
        )
        .map((name) => warn(`${name} is preloaded and its package stays: was it built for this minor?`));
    },
  },
  {
    id: 'P26',
    title: 'release notes ask for nothing',
    test({ notes }) {
      return notes.flatMap(({ note, found }) => {
        if (found === false) return [];
        const text = `${note.id}: ${note.text} (${note.source})`;
        if (found === null) return [warn(`could not be asked: ${text}`)];
        return [note.severity === 'check' ? warn(text) : refuse(text)];
      });
    },
  },
];

import type { DemoNode } from '../node.ts';
import type { Rows } from './query-output.ts';

/** Something the demo's server does not know; the message is ready to print. */
export class QueryError extends Error {}

/** The demo's PostgreSQL: a few queries, answered from the node's state. */
export function answer(node: DemoNode, query: string): Rows | { readonly tag: string } {
  const text = query.toLowerCase().replaceAll(/\s+/g, ' ').trim();
  const shown = /^show "?([a-z_.]+)"?$/.exec(text)?.[1];
  if (shown !== undefined) {
    return one(shown === 'timezone' ? 'TimeZone' : shown, setting(node, shown));
  }
  const current = /^select current_setting\('([a-z_.]+)'\)$/.exec(text)?.[1];
  if (current !== undefined) {
    return one('current_setting', setting(node, current));
  }
  const known = Object.hasOwn(queries, text) ? queries[text] : undefined;
  if (known === undefined) {
    throw new QueryError(
      'ERROR:  the server of this demo does not know this query\nHINT:  Try show server_version; select version(); select pg_is_in_recovery();',
    );
  }
  return known(node);
}

const queries: Readonly<Record<string, (node: DemoNode) => Rows | { readonly tag: string }>> = {
  'select version()': (node) =>
    one(
      'version',
      `PostgreSQL ${node.serverVersion} on x86_64-pc-linux-gnu (Debian ${node.serverVersion}-1.pgdg90+1), compiled by gcc (Debian 6.3.0-18+deb9u1) 6.3.0 20170516, 64-bit`,
    ),
  'select pg_is_in_recovery()': (node) => one('pg_is_in_recovery', isLeader(node) ? 'f' : 't'),
  'select 1': () => one('?column?', '1', true),
  'select now()': () => one('now', `${new Date().toISOString().replace('T', ' ').replace('Z', '')}+00`),
  'select current_user': () => one('current_user', 'postgres'),
  'select pg_postmaster_start_time()': (node) =>
    one(
      'pg_postmaster_start_time',
      `${node.services.get('patroni')!.startedAt.toISOString().replace('T', ' ').replace('Z', '')}+00`,
    ),
  'select datname from pg_database': () => ({
    columns: [{ name: 'datname' }],
    rows: [['postgres'], ['template1'], ['template0'], ['shop']],
  }),
  'select application_name, state, sync_state from pg_stat_replication': (node) => ({
    columns: [{ name: 'application_name' }, { name: 'state' }, { name: 'sync_state' }],
    rows: isLeader(node)
      ? node
          .cluster!.members.filter(
            (member) => member !== node && member.services.get('patroni')?.active === true,
          )
          .map(({ name }) => [name, 'streaming', 'async'])
      : [],
  }),
  checkpoint: () => ({ tag: 'CHECKPOINT' }),
};

function isLeader(node: DemoNode): boolean {
  return node.cluster?.leader === node.name;
}

function setting(node: DemoNode, name: string): string {
  if (name === 'server_version') {
    return node.serverVersion;
  }
  if (name === 'server_version_num') {
    const [major, minor, patch] = node.serverVersion.split('.');
    return `${major}${minor!.padStart(2, '0')}${patch!.padStart(2, '0')}`;
  }
  if (!Object.hasOwn(node.settings, name)) {
    throw new QueryError(`ERROR:  unrecognized configuration parameter "${name}"`);
  }
  return node.settings[name]!;
}

function one(name: string, value: string, numeric = false): Rows {
  return { columns: [{ name, numeric }], rows: [[value]] };
}

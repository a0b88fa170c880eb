import type { Client } from 'pg';
import { StoreError } from './store-error.ts';

/**
 * What each version of the store adds, in order; never changed once released. Bodies are `json`, which keeps the text as it
 * is: what is read back is, byte for byte, what the journal holds.
 */
const migrations: readonly string[] = [
  `create table muster.record (
     run text not null,
     n integer not null check (n > 0),
     body json not null,
     stored_at timestamptz not null default now(),
     primary key (run, n)
   );
   comment on table muster.record is 'Journal of every run of the team, as recorded by muster';
   create view muster.run as
     select run as id, body->>'at' as started_at, body->'operator'->>'user' as operator, body->>'host' as host,
            body->>'kind' as kind, body->'nodeSet'->>'folded' as nodes, body->>'command' as command
       from muster.record where n = 1;`,
];

/** Several musters may start at the same time on an empty database. */
const migrationLock = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

/** Brings the store up to this version; does nothing, and needs no rights, when it is. */
export async function migrate(client: Client): Promise<void> {
  if ((await storeVersion(client)) === migrations.length) return;
  await client.query('begin');
  try {
    await client.query(migrationLock, ['muster:migrate']);
    const version = await storeVersion(client);
    if (version > migrations.length) {
      throw new StoreError(
        `the team store has version ${version}, this muster knows up to ${migrations.length}`,
        { code: 'STORE_NEWER', hint: 'Upgrade muster on this machine.' },
      );
    }
    if (version === 0) {
      await client.query('create schema if not exists muster');
      await client.query('create table if not exists muster.version (version integer not null)');
      await client.query('insert into muster.version values (0)');
    }
    for (const sql of migrations.slice(version)) await client.query(sql);
    await client.query('update muster.version set version = $1', [migrations.length]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

// Not to_regclass: after waiting for a lock it may still answer what it found before.
async function storeVersion(client: Client): Promise<number> {
  const { rows: found } = await client.query<{ there: boolean }>(
    `select exists (select from pg_class join pg_namespace s on s.oid = relnamespace
                      where relname = 'version' and nspname = 'muster') as there`,
  );
  if (found[0]?.there !== true) return 0;
  const { rows } = await client.query<{ version: number }>('select version from muster.version');
  return rows[0]?.version ?? 0;
}

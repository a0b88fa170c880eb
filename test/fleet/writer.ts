import pg from 'pg';
import { databasePassword } from './roles/patroni.ts';

/** Writes numbers to whichever of some servers takes writes, one after the other. */
export interface Writer {
  /** Ends it; gives the values whose insert was acknowledged. */
  stop(): Promise<number[]>;
}

export async function startWriter(hosts: readonly string[], table: string): Promise<Writer> {
  const connect = async (): Promise<pg.Client> => {
    for (const host of hosts) {
      const client = new pg.Client({
        host,
        port: 5432,
        user: 'postgres',
        password: databasePassword,
        database: 'postgres',
        connectionTimeoutMillis: 2000,
        query_timeout: 4000,
      });
      client.on('error', () => {});
      try {
        await client.connect();
        const { rows } = await client.query<{ writes: boolean }>('select not pg_is_in_recovery() as writes');
        if (rows[0]!.writes) return client;
      } catch {
        // The next one.
      }
      void client.end().catch(() => {});
    }
    throw new Error('nobody takes writes');
  };
  const first = await connect();
  await first.query(`create table if not exists ${table} (n int)`);
  await first.end();

  let running = true;
  const acknowledged: number[] = [];
  const write = async (): Promise<void> => {
    let client: pg.Client | undefined;
    for (let n = 0; running; n += 1) {
      try {
        client ??= await connect();
        await client.query(`insert into ${table} values (${n})`);
        acknowledged.push(n);
      } catch {
        void client?.end().catch(() => {});
        client = undefined;
      }
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
    await client?.end().catch(() => {});
  };
  const writing = write();
  return {
    async stop() {
      running = false;
      await writing;
      return acknowledged;
    },
  };
}

import type { Client } from 'pg';
import { migrate } from './migrations.ts';
import { StoreError, storeError } from './store-error.ts';

export interface StoreAddress {
  /** `postgresql://…`; what it leaves out comes from PG… variables and ~/.pgpass, as for psql. */
  readonly url: string;
  /** For the connection, and for each statement; default: 5000. */
  readonly timeoutMs?: number;
  /** Seen by others in pg_stat_activity; default: `muster`. */
  readonly name?: string;
}

/**
 * Connects to the team store and brings its tables up to this version. The caller ends the client.
 * @throws StoreError
 */
export async function connectStore({
  url,
  timeoutMs = 5000,
  name = 'muster',
}: StoreAddress): Promise<Client> {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new StoreError(`not the address of a team store: ${url}`, {
      hint: 'It begins with postgresql://, as for psql.',
    });
  }
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    // 63 bytes; longer ones are cut by the server
    application_name: name,
    keepAlive: true,
  });
  // A connection that breaks also fails the query that waits; without a listener it would end the program.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await migrate(client);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw storeError(url, 'open', error);
  }
}

import type { Duplex } from 'node:stream';
import { pgSocket } from './pg-socket.ts';

/** One session with a server. */
export interface SqlSession {
  /** First column of each row: text as text, json as what it holds. Rejects with the server's own sentence. */
  column(sql: string): Promise<unknown[]>;
  close(): Promise<void>;
}

export interface SqlSessionOptions {
  /** A libpq URL; what it leaves out comes from PG… variables and ~/.pgpass. Without it: `stream` and `user`. */
  readonly dsn?: string;
  readonly stream?: () => Promise<Duplex>;
  readonly user?: string;
  readonly database?: string;
  /** For the server's own list of sessions. */
  readonly name: string;
  /** Otherwise every transaction is read-only. */
  readonly writes?: boolean;
  /** Milliseconds to connect. */
  readonly connectMs: number;
  /** Milliseconds a statement. */
  readonly statementMs: number;
  readonly signal: AbortSignal;
}

/** Connects through `pg`. Rejects when that is not possible, or with the signal's reason. */
export async function openSqlSession(options: SqlSessionOptions): Promise<SqlSession> {
  const { signal, stream } = options;
  signal.throwIfAborted();
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    ...(options.dsn === undefined ? {} : { connectionString: options.dsn }),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.database === undefined ? {} : { database: options.database }),
    // The address is the stream's affair; without one here PGHOST would be taken for it.
    ...(stream === undefined ? {} : { host: 'localhost', stream: () => pgSocket(stream) }),
    application_name: options.name,
    connectionTimeoutMillis: options.connectMs,
    // The server gives up first; this is for one that has stopped answering.
    query_timeout: options.statementMs + 1000,
    options: `${options.writes === true ? '' : '-c default_transaction_read_only=on '}-c statement_timeout=${options.statementMs}`,
  });
  // A connection that breaks also fails the query that waits; without a listener it would end the program.
  client.on('error', () => undefined);
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const onAbort = (): void => {
    aborted.reject(signal.reason as Error);
    void client.end().catch(() => undefined);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    await client.end().catch(() => undefined);
  };
  try {
    await Promise.race([client.connect(), aborted.promise]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async column(sql) {
      const asked = client.query<unknown[]>({ text: sql, rowMode: 'array' });
      asked.catch(() => {});
      const answer = await Promise.race([asked, aborted.promise]);
      // Several statements have an answer each: the last counts.
      const { rows } = [answer].flat().at(-1)!;
      return rows.map((row) => row[0]);
    },
    close,
  };
}

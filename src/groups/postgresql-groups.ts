import { UserError } from '../errors.ts';
import { printable } from '../config/ini.ts';
import { splitGroupWords } from './group-words.ts';
import type { StaticGroup } from './static-source.ts';

/** The query that knows the groups. */
export interface PostgresqlGroupsOptions {
  readonly source: string;
  /** A libpq URL; what it leaves out comes from PG… variables and ~/.pgpass. */
  readonly dsn: string;
  /** Two columns: the group, then a node set or an array of them. Rows of the same group add up. */
  readonly query: string;
  /** Milliseconds for the connection, and again for the query. */
  readonly timeoutMs: number;
  /** For messages: the address without credentials. */
  readonly origin: string;
}

/** Asks PostgreSQL, in a read-only transaction. */
export async function queryPostgresqlGroups(options: PostgresqlGroupsOptions): Promise<StaticGroup[]> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: options.dsn,
    connectionTimeoutMillis: options.timeoutMs,
    // The server gives up first; this is for one that has stopped answering.
    query_timeout: options.timeoutMs + 1000,
    application_name: 'muster',
  });
  // A connection that breaks also fails the query that waits; without a listener it would end the program.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin transaction read only');
    await client.query(`set local statement_timeout = ${options.timeoutMs}`);
    const { rows, fields } = await client.query<unknown[]>({ text: options.query, rowMode: 'array' });
    if (fields.length !== 2) {
      throw failure(options, `the query returns ${fields.length} columns instead of group and nodes`);
    }
    return readRows(rows, options);
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    throw failure(options, error instanceof Error ? printable(error.message || error.name) : 'failed', error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function readRows(rows: readonly unknown[][], options: PostgresqlGroupsOptions): StaticGroup[] {
  const groups = new Map<string, string[]>();
  for (const [group, nodes] of rows) {
    if (typeof group !== 'string' && typeof group !== 'number') {
      throw failure(options, 'the first column of the query must be text');
    }
    const name = String(group);
    const known = groups.get(name) ?? [];
    groups.set(name, known);
    for (const value of nodes === null ? [] : [nodes].flat()) {
      if (typeof value !== 'string') {
        throw failure(options, 'the second column of the query must be text or text[]');
      }
      known.push(...splitGroupWords(value, `group @${options.source}:${name}`, options.origin));
    }
  }
  return [...groups].map(([name, expressions]) => ({
    name,
    expressions,
    place: { file: options.origin, line: 0 },
  }));
}

function failure(options: PostgresqlGroupsOptions, problem: string, cause?: unknown): UserError {
  return new UserError(`group source "${options.source}": ${options.origin}: ${problem}`, {
    code: 'GROUP_SOURCE',
    cause,
  });
}

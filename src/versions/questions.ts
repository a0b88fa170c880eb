import { pgVersionOfNumber } from './pg-version.ts';
import type { NoteQuery } from './release-data.ts';

/** What is asked of a server; each query returns rows of one JSON object with a member `fact`. */
export interface Question {
  /** The first server that knows all of it, by major: 902 is 9.2, 1500 is 15. */
  readonly since: number;
  /** Only these majors, where given. */
  readonly majors?: readonly string[];
  readonly sql: string;
}

/** Asked once a server. */
export function serverQuestions(notes: readonly NoteQuery[]): Question[] {
  return [...aboutServer, ...noteQuestions(notes, 'server'), countDatabases];
}

/** Asked in each database. */
export function databaseQuestions(notes: readonly NoteQuery[]): Question[] {
  return [...aboutDatabase, ...noteQuestions(notes, 'database')];
}

/** Names of the databases to look into, one a row; names that psql would take for a connection string are left out. */
export const listDatabases = `select datname from pg_database
  where datallowconn and not datistemplate and datname <> '-' and datname !~ '[=[:cntrl:]]' and datname !~ '^postgres(ql)?://'
  order by datname limit 500`;

/** 9.6 → 906, 15 → 1500: the first four digits of server_version_num, but for the zeros of the old numbers. */
export function majorNumber(serverVersionNum: number): number {
  const version = pgVersionOfNumber(serverVersionNum);
  const [first, second] = version.split('.').map(Number);
  return first! < 10 ? 900 + second! : first! * 100;
}

const aboutServer: readonly Question[] = [
  {
    since: 902,
    sql: `select row_to_json(t) from (select 'server' as fact, current_setting('server_version') as version,
  current_setting('server_version_num')::int as number, pg_is_in_recovery() as standby,
  extract(epoch from pg_postmaster_start_time())::bigint as started) t`,
  },
  {
    since: 902,
    sql: `select row_to_json(t) from (select 'setting' as fact, name, setting as value from pg_settings where name in
  ('shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries', 'data_checksums', 'wal_level',
   'server_encoding', 'cluster_name', 'block_size')) t`,
  },
  {
    since: 905,
    sql: `select row_to_json(t) from (select 'pending-restart' as fact, name, setting as value from pg_settings where pending_restart) t`,
  },
  {
    since: 1500,
    sql: `select row_to_json(t) from (select 'collation' as fact, datname as database, null as collation, datcollversion as recorded,
  pg_database_collation_actual_version(oid) as actual from pg_database
  where datallowconn and datcollversion is distinct from pg_database_collation_actual_version(oid)) t`,
  },
];

const countDatabases: Question = {
  since: 902,
  sql: `select row_to_json(t) from (select 'databases' as fact, count(*) as total from pg_database where datallowconn and not datistemplate) t`,
};

const aboutDatabase: readonly Question[] = [
  {
    since: 902,
    sql: `select row_to_json(t) from (select 'database' as fact, current_database() as database) t`,
  },
  {
    since: 902,
    sql: `select row_to_json(t) from (select 'extension' as fact, current_database() as database, e.extname as name,
  e.extversion as version, a.default_version as available from pg_extension e
  left join pg_available_extensions a on a.name = e.extname) t`,
  },
  {
    since: 1000,
    sql: `select row_to_json(t) from (select 'collation' as fact, current_database() as database, c.collname as collation,
  c.collversion as recorded, pg_collation_actual_version(c.oid) as actual from pg_collation c
  where c.collversion is not null and c.oid in (select attcollation from pg_attribute where attcollation <> 0)
  and c.collversion is distinct from pg_collation_actual_version(c.oid)) t`,
  },
];

/** Whether a note's query finds a row. */
function noteQuestions(notes: readonly NoteQuery[], scope: NoteQuery['scope']): Question[] {
  return notes
    .filter((note) => note.scope === scope)
    .map(({ id, sql, majors }) => ({
      since: 902,
      majors,
      sql: `select row_to_json(t) from (select 'note' as fact, '${id}' as id, exists (${sql}) as found) t`,
    }));
}

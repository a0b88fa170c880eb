/** What the checks want of one server, in one statement and one line of JSON. PostgreSQL 12 and newer; see checks. */
export function checkSql(maxTransactionS: number): string {
  return `select json_build_object(
  'long', (select coalesce(json_agg(x), '[]') from (
    select pid, application_name as app, usename as "user", extract(epoch from clock_timestamp() - xact_start)::int as seconds
    from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
      and clock_timestamp() - xact_start > interval '${Math.round(maxTransactionS)} s') x),
  'dumps', (select count(*) from pg_stat_activity where application_name = 'pg_dump'),
  'prepared', (select count(*) from pg_prepared_xacts),
  'vacuums', (select count(*) from pg_stat_progress_vacuum),
  'indexes', (select count(*) from pg_stat_progress_create_index),
  'clusters', (select count(*) from pg_stat_progress_cluster),
  'basebackups', (select count(*) from pg_stat_replication where state = 'backup'),
  'archiving', current_setting('archive_mode') <> 'off',
  'archiveFails', (select last_failed_time > coalesce(last_archived_time, '-infinity') from pg_stat_archiver),
  'archiveReady', case when current_setting('archive_mode') = 'off' then 0
    else (select count(*) from pg_ls_archive_statusdir() where name like '%.ready') end,
  'slots', (select coalesce(json_agg(s), '[]') from (
    select slot_name as name, slot_type as type, plugin, active, to_jsonb(r)->>'wal_status' as "walStatus"
    from pg_replication_slots r) s),
  'catchup', (select coalesce(json_agg(application_name), '[]') from pg_stat_replication where state = 'catchup'),
  'pending', (select coalesce(json_agg(name), '[]') from pg_settings where pending_restart),
  'fileErrors', (select coalesce(json_agg(coalesce(name || ': ', '') || error), '[]') from pg_file_settings where error is not null),
  'hbaErrors', (select coalesce(json_agg('line ' || line_number || ': ' || error), '[]') from pg_hba_file_rules where error is not null),
  'preload', current_setting('shared_preload_libraries'),
  'walKeep', (select setting::bigint * 1048576 from pg_settings where name = 'wal_keep_size' and unit = 'MB'))`;
}

export interface CheckFacts {
  readonly long: readonly {
    readonly pid: number;
    readonly app: string;
    readonly user: string;
    readonly seconds: number;
  }[];
  readonly dumps: number;
  readonly prepared: number;
  readonly vacuums: number;
  readonly indexes: number;
  readonly clusters: number;
  readonly basebackups: number;
  readonly archiving: boolean;
  readonly archiveFails: boolean | null;
  readonly archiveReady: number;
  readonly slots: readonly {
    readonly name: string;
    readonly type: string;
    readonly plugin: string | null;
    readonly active: boolean;
    readonly walStatus: string | null;
  }[];
  readonly catchup: readonly string[];
  readonly pending: readonly string[];
  readonly fileErrors: readonly string[];
  readonly hbaErrors: readonly string[];
  readonly preload: string;
  readonly walKeep: number | null;
}

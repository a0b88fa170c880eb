/**
 * The server's own word in one statement, one line of JSON. PostgreSQL 10 and newer: before, functions had other names.
 * The lag of a cascading standby's own standbys counts from what it received.
 */
export const serverFactsSql = `select json_build_object(
  'inRecovery', pg_is_in_recovery(),
  'version', current_setting('server_version_num')::int,
  'startedAt', extract(epoch from pg_postmaster_start_time()),
  'replayPaused', case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end,
  'receiver', (select row_to_json(w) from (select status, to_jsonb(r)->>'sender_host' as host from pg_stat_wal_receiver r) w),
  'standbys', (select coalesce(json_agg(s), '[]') from (
    select application_name as name, state, sync_state as "syncState",
      pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end,
        replay_lsn)::bigint as lag
    from pg_stat_replication where state <> 'backup') s))`;

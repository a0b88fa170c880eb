/**
 * What a server says of itself and of who streams from it, in one statement and one line of JSON; PostgreSQL 10 and newer.
 * Rows of pg_stat_replication that never replay are no standbys: pg_receivewal and base backups. After a promotion the
 * control file keeps the old timeline until the next checkpoint, so a primary names the one it writes.
 */
export const replicationSql = `select json_build_object(
  'inRecovery', pg_is_in_recovery(),
  'version', current_setting('server_version_num')::int,
  'startedAt', extract(epoch from pg_postmaster_start_time()),
  'replayPaused', case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end,
  'systemIdentifier', (select system_identifier::text from pg_control_system()),
  'timeline', case when pg_is_in_recovery()
    then coalesce((select received_tli from pg_stat_wal_receiver), (select timeline_id from pg_control_checkpoint()))
    else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int end,
  'receiver', (select row_to_json(w) from (select status, to_jsonb(r)->>'sender_host' as host,
    slot_name as slot from pg_stat_wal_receiver r) w),
  'standbys', (select coalesce(json_agg(s), '[]') from (
    select r.application_name as name, host(r.client_addr) as address, r.state, r.sync_state as "syncState",
      slot.slot_name as slot,
      pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end,
        r.replay_lsn)::bigint as lag
    from pg_stat_replication r left join pg_replication_slots slot on slot.active_pid = r.pid
    where r.state <> 'backup' and r.replay_lsn is not null and slot.slot_type is distinct from 'logical') s),
  'synchronousNames', current_setting('synchronous_standby_names'),
  'pending', (select coalesce(json_agg(p), '[]') from (
    select s.name, s.setting as "from", (select f.setting from pg_file_settings f
      where f.name = s.name order by f.seqno desc limit 1) as "to"
    from pg_settings s where s.pending_restart) p))`;

/** A walsender that serves a standby. */
export interface StandbyRow {
  readonly name: string;
  /** Null over a local socket. */
  readonly address: string | null;
  readonly state: string;
  readonly syncState: string;
  readonly slot: string | null;
  /** Bytes not yet replayed, of those the sender has. */
  readonly lag: number | null;
}

export interface ReplicationFacts {
  readonly inRecovery: boolean;
  readonly version: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly replayPaused: boolean;
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly receiver: {
    readonly status: string;
    readonly host: string | null;
    readonly slot: string | null;
  } | null;
  readonly standbys: readonly StandbyRow[];
  readonly synchronousNames: string;
  readonly pending: readonly { readonly name: string; readonly from: string; readonly to: string | null }[];
}

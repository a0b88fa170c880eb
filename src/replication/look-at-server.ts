import { eachNode } from '../fanout/each-node.ts';
import { askMember } from '../patroni/ask-member.ts';
import { isReplaced, type LookOptions, type MemberLook, nothingSeen } from '../patroni/look-at-members.ts';
import { jsonOf } from '../patroni/read-reply.ts';

/** As of a member of Patroni's; a server that takes writes can give a transaction id. */
const lookSql = `select json_build_object('inRecovery', pg_is_in_recovery(),
  'startedAt', extract(epoch from pg_postmaster_start_time()),
  'version', current_setting('server_version_num')::int,
  'streaming', exists (select 1 from pg_stat_wal_receiver where status = 'streaming'),
  'timeline', case when pg_is_in_recovery() then (select received_tli from pg_stat_wal_receiver)
    else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int end,
  'xid', case when pg_is_in_recovery() then null else txid_current()::text end)`;

interface Looked {
  readonly inRecovery: boolean;
  readonly startedAt: number;
  readonly version: number;
  readonly streaming: boolean;
  readonly timeline: number | null;
  readonly xid: string | null;
}

export function lookAtServers(nodes: readonly string[], options: LookOptions): Promise<MemberLook[]> {
  return eachNode(nodes, nodes.length, (node) => lookAtServer(node, options));
}

/** A quick look at one server without Patroni. `state`: running or stopped; null: its node does not answer. */
export async function lookAtServer(
  node: string,
  { executor, signal, timeoutMs = 20_000 }: LookOptions,
): Promise<MemberLook> {
  const answer = await askMember(
    executor,
    node,
    [
      { ask: 'sql', text: lookSql, timeout: 5 },
      { ask: 'server', programs: false },
    ],
    signal,
    timeoutMs,
  );
  if (answer.kind === 'silent') return nothingSeen(node, null);
  const [sql, process] = answer.replies;
  const look = jsonOf(sql) as Looked | undefined;
  if (look === undefined) return nothingSeen(node, 'stopped');
  const { inRecovery, startedAt, version, streaming, timeline, xid } = look;
  return {
    node,
    patroni: null,
    primary: !inRecovery && xid !== null,
    state: 'running',
    replaced: isReplaced(process),
    timeline,
    startedAt,
    version,
    streaming,
    inRecovery,
  };
}

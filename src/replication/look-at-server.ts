import { eachNode } from '../fanout/each-node.ts';
import { askMember } from '../patroni/ask-member.ts';
import type { LookOptions, MemberLook } from '../patroni/look-at-members.ts';

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
  const reply = answer.kind === 'answered' ? answer.replies[0]! : undefined;
  const look = reply !== undefined && 'text' in reply ? readLook(reply.text) : undefined;
  if (look === undefined) {
    return {
      node,
      patroni: null,
      primary: false,
      state: answer.kind === 'silent' ? null : 'stopped',
      timeline: null,
      startedAt: null,
      version: null,
      streaming: false,
      inRecovery: null,
      replaced: false,
    };
  }
  const process = answer.kind === 'answered' ? answer.replies[1] : undefined;
  const { inRecovery, startedAt, version, streaming, timeline, xid } = look;
  return {
    node,
    patroni: null,
    primary: !inRecovery && xid !== null,
    state: 'running',
    replaced: (process as { readonly replaced?: unknown } | undefined)?.replaced === true,
    timeline,
    startedAt,
    version,
    streaming,
    inRecovery,
  };
}

function readLook(text: string): Looked | undefined {
  try {
    return JSON.parse(text) as Looked;
  } catch {
    return undefined;
  }
}

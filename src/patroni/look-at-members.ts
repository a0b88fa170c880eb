import { eachNode } from '../fanout/each-node.ts';
import type { Executor } from '../fanout/executor.ts';
import { askMember, type MemberAnswer, type Question, type Reply } from './ask-member.ts';
import { isCurrent } from './read-member.ts';
import { jsonOf } from './read-reply.ts';

/** A quick look at one member, for judging by observation. */
export interface MemberLook {
  readonly node: string;
  /** Holds the leader key and its server takes writes, by Patroni and by the server itself. */
  readonly primary: boolean;
  /** Patroni's word for its server; null: it does not answer. */
  readonly state: string | null;
  readonly timeline: number | null;
  /** Seconds since 1970; null: the server does not answer. */
  readonly startedAt: number | null;
  readonly version: number | null;
  /** WAL is being received. */
  readonly streaming: boolean;
  readonly inRecovery: boolean | null;
  /** Its program's file was replaced since it was started. */
  readonly replaced: boolean;
  /** Patroni itself; null: it does not run. */
  readonly patroni: {
    readonly version: string | null;
    /** Seconds since 1970. */
    readonly startedAt: number | null;
    readonly isCurrent: boolean;
  } | null;
}

/** A writable server can give a transaction id; the leader key alone may come before its promotion (patroni #2972). */
const lookSql = `select json_build_object('inRecovery', pg_is_in_recovery(),
  'startedAt', extract(epoch from pg_postmaster_start_time()),
  'version', current_setting('server_version_num')::int,
  'streaming', exists (select 1 from pg_stat_wal_receiver where status = 'streaming'),
  'xid', case when pg_is_in_recovery() then null else txid_current()::text end)`;

const questions: readonly Question[] = [
  { ask: 'rest', method: 'OPTIONS', path: '/primary', timeout: 5 },
  { ask: 'rest', path: '/patroni', timeout: 5 },
  { ask: 'sql', text: lookSql, timeout: 5 },
  { ask: 'server', programs: false },
];

export interface LookOptions {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** Something asked before the look, in the same request. */
export interface LookAfter extends LookOptions {
  readonly first: Question;
}

export function lookAtMembers(nodes: readonly string[], options: LookOptions): Promise<MemberLook[]> {
  return eachNode(nodes, nodes.length, (node) => lookAtMember(node, options));
}

export async function lookAtMember(node: string, options: LookOptions): Promise<MemberLook> {
  const { executor, signal, timeoutMs = 20_000 } = options;
  const answer = await askMember(executor, node, questions, signal, timeoutMs);
  return readLook(node, answer, 0);
}

/** One request for an act and how things are after it: each request is a program that is started on the node. */
export async function askThenLook(
  node: string,
  { executor, signal, first, timeoutMs = 60_000 }: LookAfter,
): Promise<{ readonly answer: MemberAnswer; readonly look: MemberLook }> {
  const answer = await askMember(executor, node, [first, ...questions], signal, timeoutMs);
  return { answer, look: readLook(node, answer, 1) };
}

/** @param from place of the look's first question */
function readLook(node: string, answer: MemberAnswer, from: number): MemberLook {
  if (answer.kind === 'silent') return nothingSeen(node, null);
  const [primary, patroni, sql, process] = answer.replies.slice(from);
  const said = documentOf(patroni);
  const server = documentOf(sql);
  const own = said['patroni'] as { readonly version?: unknown } | undefined;
  const version = typeof own?.version === 'string' ? own.version : null;
  return {
    node,
    primary: primary?.status === 200 && typeof server['xid'] === 'string',
    state: typeof said['state'] === 'string' ? said['state'] : null,
    timeline: typeof said['timeline'] === 'number' ? said['timeline'] : null,
    startedAt: typeof server['startedAt'] === 'number' ? server['startedAt'] : null,
    version: typeof server['version'] === 'number' ? server['version'] : null,
    streaming: server['streaming'] === true,
    inRecovery: typeof server['inRecovery'] === 'boolean' ? server['inRecovery'] : null,
    replaced: isReplaced(process),
    patroni:
      answer.patroni.processes === 0
        ? null
        : { version, startedAt: answer.patroni.startedAt, isCurrent: isCurrent(answer.patroni, version) },
  };
}

/** A look at a server that gives no answer. `state`: see MemberLook. */
export function nothingSeen(node: string, state: string | null): MemberLook {
  return {
    node,
    primary: false,
    state,
    timeline: null,
    startedAt: null,
    version: null,
    streaming: false,
    inRecovery: null,
    replaced: false,
    patroni: null,
  };
}

/** @param reply to the question `server` */
export function isReplaced(reply: Reply | undefined): boolean {
  return (reply as { readonly replaced?: unknown } | undefined)?.replaced === true;
}

function documentOf(reply: Reply | undefined): Readonly<Record<string, unknown>> {
  return (jsonOf(reply) as Record<string, unknown> | undefined) ?? {};
}

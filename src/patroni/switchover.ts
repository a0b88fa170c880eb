import type { Executor } from '../fanout/executor.ts';
import { askMember } from './ask-member.ts';
import { lookAtMembers, type MemberLook } from './look-at-members.ts';
import { poll } from './poll.ts';
import { problemOf } from './read-member.ts';
import { type PrimaryWatch, watchPrimary } from './watch-primary.ts';

export interface SwitchoverOrder {
  /** Names as Patroni knows them, and the nodes they are. */
  readonly leader: { readonly name: string; readonly node: string };
  readonly candidate: { readonly name: string; readonly node: string };
  /** Every node of the cluster, these two included. */
  readonly nodes: readonly string[];
  /** Milliseconds until the outcome is called unknown. */
  readonly timeoutMs: number;
}

export interface SwitchoverTools {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  /** What it is waiting for, a few words. */
  readonly note: (text: string) => void;
}

export type SwitchoverEnd =
  | {
      readonly kind: 'done';
      readonly timeline: number | null;
      /** Milliseconds in which no member took writes; null: could not be measured. */
      readonly interruptionMs: number | null;
      /** Somebody else than the candidate leads now: its node. */
      readonly instead?: string;
    }
  /** Nothing changed: the old leader leads. */
  | { readonly kind: 'refused'; readonly message: string }
  /** It may still happen. It must not be asked for again. */
  | { readonly kind: 'unknown'; readonly message: string; readonly hint: string }
  /** Nobody watches any more; it goes on by itself. */
  | { readonly kind: 'left' };

/** Milliseconds between two looks at members that are heard all the time. */
const heardEveryMs = 2000;

/** As long the old leader must be seen leading after Patroni said no, or said nothing, to be believed. */
const stableLooks = 5;

/**
 * Asks for a switchover once and judges it by what the members are afterwards, never by the answer: Patroni may say 503
 * while it proceeds (patroni #743), and may switch over to somebody else.
 */
export async function switchOver(order: SwitchoverOrder, tools: SwitchoverTools): Promise<SwitchoverEnd> {
  const { executor, signal, note } = tools;
  const watch = watchPrimary(executor, order.nodes, { seconds: Math.ceil(order.timeoutMs / 1000) + 60 });
  try {
    const measured = await watch.ready(15_000);
    note(`asking Patroni for a switchover from ${order.leader.name} to ${order.candidate.name}`);
    // Patroni looks once a second itself before it answers: a new leader that is heard earlier is answer enough.
    const answered = new AbortController();
    const heard = AbortSignal.any([signal, answered.signal]);
    const said = await Promise.race([
      requestSwitchover(order, tools),
      ...(measured ? [heardOfAnother(order, watch, heard)] : []),
    ]);
    answered.abort();
    if (said.kind === 'never') return { kind: 'refused', message: said.message };
    // Looking costs the members a program each: while one of them is heard every 50 ms there is no need to look often.
    const next = measured ? () => watch.otherThan(order.leader.node, heardEveryMs, signal) : undefined;
    const end = await observeSwitchover(order, tools, said.refusal, stableLooks, next);
    if (end.kind !== 'done') return end;
    return { ...end, interruptionMs: signal.aborted ? null : watch.gapMs() };
  } finally {
    await watch.stop();
  }
}

async function heardOfAnother(
  { leader, timeoutMs }: SwitchoverOrder,
  watch: PrimaryWatch,
  signal: AbortSignal,
): Promise<Requested> {
  await watch.otherThan(leader.node, timeoutMs, signal);
  return { kind: 'sent', refusal: undefined };
}

type Requested =
  | { readonly kind: 'never'; readonly message: string }
  | { readonly kind: 'sent'; readonly refusal: string | undefined };

async function requestSwitchover(
  { leader, candidate }: SwitchoverOrder,
  { executor, signal }: SwitchoverTools,
): Promise<Requested> {
  const body = JSON.stringify({ leader: leader.name, candidate: candidate.name });
  const answer = await askMember(
    executor,
    leader.node,
    [{ ask: 'rest', method: 'POST', path: '/switchover', body, timeout: 120 }],
    signal,
    150_000,
  );
  if (answer.kind === 'silent') {
    const never = answer.outcome.kind === 'not-started' || answer.outcome.kind === 'refused';
    return never ? { kind: 'never', message: answer.why } : { kind: 'sent', refusal: undefined };
  }
  const reply = answer.replies[0]!;
  if (reply.status === undefined) {
    if ('sent' in reply && !reply.sent) return { kind: 'never', message: problemOf(reply) };
    return { kind: 'sent', refusal: undefined };
  }
  if (reply.status === 200 || reply.status === 202) return { kind: 'sent', refusal: undefined };
  // 400, 401, 403, 404, 412: looked at and not begun.
  if (reply.status >= 400 && reply.status < 500) return { kind: 'never', message: problemOf(reply) };
  const isNo =
    /failed|not possible|no good candidates/i.test(reply.text) && !/status unknown/i.test(reply.text);
  return { kind: 'sent', refusal: isNo ? problemOf(reply) : undefined };
}

/**
 * Looks at the members until one leads and takes writes.
 * @param refusal Patroni's no; then the old leader need only be seen leading for so many looks
 * @param next awaited before each look: resolves early when there is something to see
 */
export async function observeSwitchover(
  order: SwitchoverOrder,
  { executor, signal, note }: SwitchoverTools,
  refusal?: string,
  looks = stableLooks,
  next: () => Promise<void> = async () => {},
): Promise<SwitchoverEnd> {
  let stable = 0;
  let last: readonly MemberLook[] = [];
  const begun = performance.now();
  const end = await poll<SwitchoverEnd>(
    async () => {
      if (refusal === undefined) await next();
      const seen = await lookAtMembers(order.nodes, { executor, signal });
      if (signal.aborted) return undefined;
      last = seen;
      const primaries = seen.filter(({ primary }) => primary);
      const leader = primaries.length === 1 ? primaries[0]! : undefined;
      if (leader !== undefined && leader.node !== order.leader.node) {
        const instead = leader.node === order.candidate.node ? {} : { instead: leader.node };
        return { kind: 'done', timeline: leader.timeline, interruptionMs: null, ...instead };
      }
      const old = seen.find(({ node }) => node === order.leader.node);
      stable = old?.primary === true && old.state === 'running' ? stable + 1 : 0;
      if (refusal !== undefined && stable >= looks) return { kind: 'refused', message: refusal };
      note(`${order.leader.name} is ${old?.state ?? 'silent'}, nobody else leads, ${since(begun)}`);
      return undefined;
    },
    { everyMs: 500, timeoutMs: order.timeoutMs, signal },
  );
  if (end === 'aborted') return { kind: 'left' };
  if (end !== 'timeout') return end;
  const old = last.find(({ node }) => node === order.leader.node);
  if (stable >= stableLooks) {
    return { kind: 'refused', message: refusal ?? `${order.leader.name} still leads after ${since(begun)}` };
  }
  return {
    kind: 'unknown',
    message: `no outcome after ${since(begun)}: ${order.leader.name} is ${old?.state ?? 'silent'}, nobody else leads`,
    hint: 'Do not ask for the switchover again. A leader that stops may be archiving its last WAL: see pg_stat_archiver and its log.',
  };
}

function since(begun: number): string {
  return `${Math.round((performance.now() - begun) / 1000)} s`;
}

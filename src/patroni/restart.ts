import type { Question } from './ask-member.ts';
import { askThenLook, lookAtMember, type MemberLook } from './look-at-members.ts';
import { poll } from './poll.ts';
import { problemOf } from './read-member.ts';
import type { SwitchoverTools } from './switchover.ts';

export interface RestartOrder {
  readonly node: string;
  /** Only while it is a replica: Patroni refuses when it has become the leader meanwhile. */
  readonly onlyReplica: boolean;
  /** Only a server that runs an older one: `15.20`. Makes the request safe to repeat. */
  readonly olderThan?: string;
  /** Seconds Patroni gives the restart. */
  readonly timeoutS: number;
  /** Patroni itself, too: its service is restarted, which stops and starts the server once. */
  readonly withPatroni?: boolean;
  /** How it is now, where that was looked at already. */
  readonly before?: MemberLook;
}

export type RestartEnd =
  | { readonly kind: 'done'; readonly look: MemberLook }
  /** The server was not restarted. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'left' };

/**
 * Restarts a member's server, once, through its Patroni or with it, and judges by a new start time, never by the answer.
 * `role` replica and `postgres_version` are understood by every Patroni from 1.5.6 on.
 */
export async function restartMember(order: RestartOrder, tools: SwitchoverTools): Promise<RestartEnd> {
  const { executor, signal, note } = tools;
  const before = order.before ?? (await lookAtMember(order.node, { executor, signal }));
  if (signal.aborted) return { kind: 'left' };
  note(order.withPatroni === true ? 'systemd restarts Patroni' : 'Patroni restarts the server');
  const { answer, look } = await askThenLook(order.node, {
    executor,
    signal,
    first: requestOf(order),
    timeoutMs: (order.timeoutS + 60) * 1000,
  });
  if (
    answer.kind === 'silent' &&
    (answer.outcome.kind === 'not-started' || answer.outcome.kind === 'refused')
  ) {
    return { kind: 'refused', message: answer.why };
  }
  const reply = answer.kind === 'answered' ? answer.replies[0]! : undefined;
  if (reply !== undefined && 'sent' in reply && !reply.sent) {
    return { kind: 'refused', message: problemOf(reply) };
  }
  const no = reply?.status !== undefined && reply.status >= 400 ? problemOf(reply) : undefined;
  if (no === undefined && isRestarted(order, before, look)) return { kind: 'done', look };
  return observeRestart(order, before, tools, no);
}

function isRestarted({ withPatroni }: RestartOrder, before: MemberLook, look: MemberLook): boolean {
  const isNew = look.startedAt !== null && look.startedAt !== before.startedAt;
  // Patroni's start time is worked out anew each time, to some milliseconds.
  const age = (look.patroni?.startedAt ?? 0) - (before.patroni?.startedAt ?? 0);
  const isNewPatroni = withPatroni !== true || (look.patroni !== null && Math.abs(age) > 0.5);
  return isNew && isNewPatroni && look.state === 'running';
}

function requestOf({ onlyReplica, olderThan, timeoutS, withPatroni }: RestartOrder): Question {
  if (withPatroni === true) return { ask: 'service', onlyReplica };
  const body = JSON.stringify({
    ...(onlyReplica ? { role: 'replica' } : {}),
    ...(olderThan === undefined ? {} : { postgres_version: olderThan }),
    timeout: timeoutS,
  });
  return { ask: 'rest', method: 'POST', path: '/restart', body, timeout: timeoutS + 30 };
}

/** @param no what Patroni answered instead of yes: then an old server that still runs is the end */
async function observeRestart(
  order: RestartOrder,
  before: MemberLook,
  { executor, signal, note }: SwitchoverTools,
  no: string | undefined,
): Promise<RestartEnd> {
  const { node, timeoutS } = order;
  let last: MemberLook | undefined;
  let same = 0;
  const end = await poll<RestartEnd>(
    async () => {
      const look = await lookAtMember(node, { executor, signal });
      if (signal.aborted) return undefined;
      last = look;
      if (isRestarted(order, before, look)) return { kind: 'done', look };
      same = look.startedAt !== null && look.startedAt === before.startedAt ? same + 1 : 0;
      if (no !== undefined && same >= 2) return { kind: 'refused', message: no };
      note(`the server is ${look.state ?? 'silent'}${look.startedAt === null ? '' : ', not restarted yet'}`);
      return undefined;
    },
    { firstMs: 250, timeoutMs: (no === undefined ? timeoutS : Math.min(timeoutS, 60)) * 1000, signal },
  );
  if (end === 'aborted') return { kind: 'left' };
  if (end !== 'timeout') return end;
  if (same > 0) return { kind: 'refused', message: no ?? `not restarted within ${timeoutS} s` };
  const why = no === undefined ? '' : `; Patroni said: ${no}`;
  return { kind: 'unknown', message: `its server is ${last?.state ?? 'silent'} and does not answer${why}` };
}

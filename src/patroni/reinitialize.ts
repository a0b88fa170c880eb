import { askMember } from './ask-member.ts';
import { lookAtMember } from './look-at-members.ts';
import { poll } from './poll.ts';
import { problemOf } from './read-member.ts';
import type { SwitchoverTools } from './switchover.ts';

export type ReinitializeEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

/** Asks a replica's Patroni once to copy the leader anew, and watches until its server streams with a new start time. */
export async function reinitialize(
  { node, timeoutMs }: { readonly node: string; readonly timeoutMs: number },
  { executor, signal, note }: SwitchoverTools,
): Promise<ReinitializeEnd> {
  const before = await lookAtMember(node, { executor, signal });
  const answer = await askMember(
    executor,
    node,
    [{ ask: 'rest', method: 'POST', path: '/reinitialize', body: '{"force": true}', timeout: 60 }],
    signal,
    90_000,
  );
  if (answer.kind === 'silent') {
    const never = answer.outcome.kind === 'not-started' || answer.outcome.kind === 'refused';
    return never ? { kind: 'refused', message: answer.why } : { kind: 'unknown', message: answer.why };
  }
  const reply = answer.replies[0]!;
  if (reply.status === undefined || reply.status >= 400)
    return { kind: 'refused', message: problemOf(reply) };
  const end = await poll<ReinitializeEnd>(
    async () => {
      const look = await lookAtMember(node, { executor, signal });
      if (look.startedAt !== null && look.startedAt !== before.startedAt && look.streaming)
        return { kind: 'done' };
      note(look.state ?? 'it does not answer');
      return undefined;
    },
    { timeoutMs, signal },
  );
  if (end === 'aborted') return { kind: 'unknown', message: 'left while it copies' };
  return end === 'timeout'
    ? { kind: 'unknown', message: `not back within ${Math.round(timeoutMs / 60_000)} min` }
    : end;
}

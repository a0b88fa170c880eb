import { askMember } from '../../patroni/ask-member.ts';
import { poll } from '../../patroni/poll.ts';
import { problemOf } from '../../patroni/read-member.ts';
import type { Step, StepContext, StepResult } from '../../rolling/step.ts';
import { acting, type ClusterTools } from './tools.ts';

/** Time for health checks to be seen by proxies, whatever their interval: they are looked at, not waited for. */
export const settleMs = 60_000;

/** Leads clients away from a replica by Patroni's tag noloadbalance. */
export function tagStep(id: string, title: string, node: string, tools: ClusterTools): Step {
  return {
    id,
    title,
    kind: 'effect',
    repeatable: true,
    run: (context) => setTag(node, true, tools, context),
    undo: {
      title: 'take the tag noloadbalance away',
      stands: 'clients are led away by the tag noloadbalance',
      run: (context) => setTag(node, false, tools, context),
    },
  };
}

/** Then waits until /replica says so: that is what balancers ask. */
export async function setTag(
  node: string,
  set: boolean,
  tools: ClusterTools,
  context: StepContext,
): Promise<StepResult> {
  const asked = acting(tools, context);
  const answer = await askMember(asked.executor, node, [{ ask: 'tag', set }], asked.signal);
  if (answer.kind === 'silent') return { kind: 'failed', message: answer.why };
  const reply = answer.replies[0]!;
  if (!('text' in reply)) return { kind: 'failed', message: `the tag noloadbalance: ${problemOf(reply)}` };
  const end = await poll(
    async () => {
      const look = await askMember(
        asked.executor,
        node,
        [{ ask: 'rest', method: 'OPTIONS', path: '/replica' }],
        asked.signal,
      );
      const status = look.kind === 'answered' ? look.replies[0]!.status : undefined;
      return status === (set ? 503 : 200) ? {} : undefined;
    },
    { timeoutMs: settleMs, signal: asked.signal },
  );
  if (end === 'aborted') return { kind: 'held', message: 'asked to hold' };
  return end === 'timeout'
    ? {
        kind: 'failed',
        message: `/replica does not answer ${set ? 503 : 200} after the tag was ${set ? 'set' : 'taken away'}`,
      }
    : { kind: 'done' };
}

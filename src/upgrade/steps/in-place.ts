import { poll } from '../../patroni/poll.ts';
import type { Step, StepContext, StepResult } from '../../rolling/step.ts';
import { refusals } from '../switch-refusals.ts';
import { superviseStep } from './supervise.ts';
import { type ClusterTools, nodesOfPlan, waiting } from './tools.ts';

/** Before a leader is restarted in place: everything is checked again as before a switchover, and a person may look. */
export function inPlaceGates(node: string, tools: ClusterTools): Step[] {
  const ready: Step = {
    id: 'restart-ready',
    title: 'check again before its restart interrupts writes',
    kind: 'gate',
    run: (context) => waitReady(node, tools, context),
  };
  const person = superviseStep('restart-supervised', `the restart of ${node}, which leads`);
  return tools.settings.supervisedPrimary ? [ready, person] : [ready];
}

async function waitReady(node: string, tools: ClusterTools, context: StepContext): Promise<StepResult> {
  const asked = waiting(tools, context);
  let why: readonly string[] = ['its cluster does not answer'];
  const end = await poll(
    async () => {
      const cluster = await tools.driver.ask(nodesOfPlan(tools.plan), asked);
      if (cluster === undefined || asked.signal.aborted) return undefined;
      why = await refusals(cluster, undefined, tools, asked.signal);
      if (why.length > 0) context.note(why.join('; '));
      return why.length === 0 ? {} : undefined;
    },
    { everyMs: 2000, timeoutMs: Math.min(tools.settings.nodeMs, 180_000), signal: asked.signal },
  );
  if (end === 'aborted') return { kind: 'held', message: 'asked to hold' };
  if (end !== 'timeout') return { kind: 'done' };
  return {
    kind: 'failed',
    message: `no restart of ${node}: ${why.join('; ')}`,
    hint: `${node} leads on with the old version, its new packages are installed. When it is mended: muster upgrade resume.`,
  };
}

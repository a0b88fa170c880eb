import type { ProxyServer } from '../../haproxy/ask-proxy.ts';
import { isUp } from '../../haproxy/pools.ts';
import { poll } from '../../patroni/poll.ts';
import type { Step, StepCheck, StepContext, StepResult } from '../../rolling/step.ts';
import { commandAll, linesOnProxies, proxyHint } from './proxy-lines.ts';
import { sessionsGate } from './sessions.ts';
import { setTag, settleMs, tagStep } from './tag.ts';
import { acting, type ClusterTools, drainOf } from './tools.ts';

/** Leads new clients away from a replica; undone by its own undo, and by the step `undrain`. */
export function drainSteps(node: string, tools: ClusterTools): Step[] {
  const drain = drainOf(tools);
  if (drain === 'none') return [];
  if (drain === 'tag') return [tagStep('drain', 'set the tag noloadbalance', node, tools)];
  const gate = sessionsGate('sessions', 'wait for its sessions to end', () => node, tools);
  return [proxyDrain(node, tools), gate];
}

/** Gives the replica back to its clients. */
export function undrainSteps(node: string, tools: ClusterTools): Step[] {
  const drain = drainOf(tools);
  if (drain === 'none') return [];
  const step = {
    id: 'undrain',
    title: 'let clients in again',
    kind: 'effect',
    repeatable: true,
    ends: true,
  } as const;
  if (drain === 'tag') return [{ ...step, run: (context) => setTag(node, false, tools, context) }];
  return [
    {
      ...step,
      // A resume looks at the drain again, and makes it anew when this was done already: then this is to be done again, too.
      check: (context) => checkUndrained(node, tools, context),
      run: (context) => undrain(node, tools, context),
    },
  ];
}

async function checkUndrained(node: string, tools: ClusterTools, context: StepContext): Promise<StepCheck> {
  const proxies = await linesOnProxies(node, tools, context);
  if (typeof proxies === 'string') return { kind: 'refused', message: proxies, hint: proxyHint };
  const isDrained = proxies.some(({ lines }) => lines.some(({ drained }) => drained));
  return isDrained ? { kind: 'needed', why: 'a proxy leads its clients away' } : { kind: 'satisfied' };
}

function proxyDrain(node: string, tools: ClusterTools): Step {
  return {
    id: 'drain',
    title: 'lead clients away on the proxies',
    kind: 'effect',
    repeatable: true,
    // Runtime state is lost when a proxy is reloaded: a resume looks again.
    check: (context) => checkDrained(node, tools, context),
    run: (context) => drain(node, tools, context),
    // Taken back when the command is given: whether the node is well is another matter by then.
    undo: {
      title: 'let clients in again',
      stands: 'clients are led away on the proxies',
      run: (context) => undrain(node, tools, context, false),
    },
  };
}

async function checkDrained(node: string, tools: ClusterTools, context: StepContext): Promise<StepCheck> {
  const proxies = await linesOnProxies(node, tools, context);
  if (typeof proxies === 'string') return { kind: 'refused', message: proxies, hint: proxyHint };
  const open = proxies.flatMap(({ lines }) => lines.filter((line) => !line.drained && isUp(line)));
  return open.length === 0 ? { kind: 'satisfied' } : { kind: 'needed', why: 'a proxy sends it clients' };
}

/** Only where it takes reads now: drained where it could take writes, it could not stand in for a leader that dies. */
async function drain(node: string, tools: ClusterTools, context: StepContext): Promise<StepResult> {
  const proxies = await linesOnProxies(node, tools, context);
  if (typeof proxies === 'string') return { kind: 'failed', message: proxies, hint: proxyHint };
  const wanted = (line: ProxyServer) => line.drained || isUp(line);
  const problems = await commandAll(proxies, wanted, 'drain', tools, context);
  if (problems.length > 0) return { kind: 'failed', message: problems.join('; '), hint: proxyHint };
  return { kind: 'done', evidence: { proxies: proxies.map(({ proxy }) => proxy).join(',') } };
}

async function undrain(
  node: string,
  tools: ClusterTools,
  context: StepContext,
  untilUp = true,
): Promise<StepResult> {
  const first = await linesOnProxies(node, tools, context);
  if (typeof first === 'string') return { kind: 'failed', message: first };
  const backends = new Set(
    first.flatMap(({ lines }) => lines.filter(({ drained }) => drained).map(({ backend }) => backend)),
  );
  const problems = await commandAll(first, ({ drained }) => drained, 'ready', tools, context);
  if (problems.length > 0) return { kind: 'failed', message: problems.join('; '), hint: proxyHint };
  if (!untilUp) return { kind: 'done' };
  const asked = acting(tools, context);
  const end = await poll(
    async () => {
      const now = await linesOnProxies(node, tools, context);
      if (typeof now === 'string') return undefined;
      const down = now.flatMap(({ proxy, lines }) =>
        lines
          .filter((line) => backends.has(line.backend) && !isUp(line))
          .map(({ status }) => `${status} on ${proxy}`),
      );
      if (down.length > 0) context.note(down.join(', '));
      return down.length === 0 ? {} : undefined;
    },
    { timeoutMs: settleMs, signal: asked.signal },
  );
  if (end === 'aborted') return { kind: 'held', message: 'asked to hold' };
  return end === 'timeout'
    ? {
        kind: 'failed',
        message: 'proxies do not take it for healthy',
        hint: `Look at OPTIONS /replica of ${node}.`,
      }
    : { kind: 'done' };
}

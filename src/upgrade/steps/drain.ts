import { eachNode } from '../../fanout/each-node.ts';
import { commandProxy, type ProxyServer, type ProxyState } from '../../haproxy/ask-proxy.ts';
import { askProxies, isAnswer, linesOfMember } from '../../haproxy/pools.ts';
import { askMember } from '../../patroni/ask-member.ts';
import { poll } from '../../patroni/poll.ts';
import { problemOf } from '../../patroni/read-member.ts';
import type { Step, StepCheck, StepContext, StepResult } from '../../rolling/step.ts';
import { acting, type ClusterTools, waiting } from './tools.ts';

/** Time for health checks to be seen by proxies, whatever their interval: they are looked at, not waited for. */
const settleMs = 60_000;

/** Leads new clients away from a replica; undone by its own undo, and by the step `undrain`. */
export function drainSteps(node: string, tools: ClusterTools): Step[] {
  const { drain } = tools.settings;
  if (drain === 'none') return [];
  return drain === 'tag' ? [tagStep(node, tools)] : [proxyDrain(node, tools), sessionsGate(node, tools)];
}

/** Gives the replica back to its clients. */
export function undrainSteps(node: string, tools: ClusterTools): Step[] {
  const { drain } = tools.settings;
  if (drain === 'none') return [];
  const run = (context: StepContext) =>
    drain === 'tag' ? setTag(node, false, tools, context) : undrain(node, tools, context);
  return [{ id: 'undrain', title: 'let clients in again', kind: 'effect', repeatable: true, run }];
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
    undo: { title: 'let clients in again', run: (context) => undrain(node, tools, context, false) },
  };
}

async function checkDrained(node: string, tools: ClusterTools, context: StepContext): Promise<StepCheck> {
  const proxies = await linesOnProxies(node, tools, context);
  if (typeof proxies === 'string') return { kind: 'refused', message: proxies };
  const open = proxies.flatMap(({ lines }) =>
    lines.filter(({ drained, status }) => !drained && isUp(status)),
  );
  return open.length === 0 ? { kind: 'satisfied' } : { kind: 'needed', why: 'a proxy sends it clients' };
}

/** Only where it takes reads now: drained where it could take writes, it could not stand in for a leader that dies. */
async function drain(node: string, tools: ClusterTools, context: StepContext): Promise<StepResult> {
  const proxies = await linesOnProxies(node, tools, context);
  if (typeof proxies === 'string') return { kind: 'failed', message: proxies };
  const wanted = ({ status, drained }: ProxyServer) => drained || isUp(status);
  const problems = await commandAll(proxies, wanted, 'drain', tools, context);
  if (problems.length > 0) return { kind: 'failed', message: problems.join('; ') };
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
  if (problems.length > 0) return { kind: 'failed', message: problems.join('; ') };
  if (!untilUp) return { kind: 'done' };
  const asked = acting(tools, context);
  const end = await poll(
    async () => {
      const now = await linesOnProxies(node, tools, context);
      if (typeof now === 'string') return undefined;
      const down = now.flatMap(({ proxy, lines }) =>
        lines
          .filter(({ backend, status }) => backends.has(backend) && !isUp(status))
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

/** Waits until its sessions are gone; with --force-drain ends those that stay. */
function sessionsGate(node: string, tools: ClusterTools): Step {
  return {
    id: 'sessions',
    title: 'wait for its sessions to end',
    kind: 'gate',
    async run(context) {
      const { drainMs, forceDrain } = tools.settings;
      const asked = waiting(tools, context);
      const count = async () => {
        const proxies = await linesOnProxies(node, tools, context);
        if (typeof proxies === 'string') return proxies;
        return proxies.reduce(
          (sum, { lines }) =>
            sum + lines.filter(({ drained }) => drained).reduce((all, { sessions }) => all + sessions, 0),
          0,
        );
      };
      let last: number | string = 0;
      const look = async () => {
        last = await count();
        if (last === 0) return {};
        context.note(typeof last === 'string' ? last : `${last} sessions`);
        return undefined;
      };
      let end = await poll(look, { timeoutMs: drainMs, signal: asked.signal });
      if (end === 'timeout' && forceDrain) {
        const proxies = await linesOnProxies(node, tools, context);
        if (typeof proxies !== 'string') {
          await commandAll(proxies, ({ drained }) => drained, 'shutdown sessions', tools, context);
        }
        end = await poll(look, { timeoutMs: 15_000, signal: asked.signal });
      }
      if (end === 'aborted') return { kind: 'held', message: 'asked to hold' };
      if (end !== 'timeout') return { kind: 'done' };
      return {
        kind: 'failed',
        message:
          typeof last === 'string'
            ? last
            : `${String(last)} sessions stay on ${node} after ${Math.round(drainMs / 1000)} s`,
        hint: 'Nothing was changed on it. --drain-timeout gives them longer, --force-drain ends them.',
      };
    },
  };
}

function isUp(status: string): boolean {
  return status === 'UP' || status === 'no check';
}

type LinesOfProxy = { readonly proxy: string; readonly lines: readonly ProxyServer[] };

async function linesOnProxies(
  node: string,
  tools: ClusterTools,
  context: StepContext,
): Promise<LinesOfProxy[] | string> {
  const member = tools.plan.members.find((one) => one.node === node)!;
  const answers = await askProxies(tools.plan.proxies, acting(tools, context));
  const silent = answers.flatMap((answer) =>
    isAnswer(answer) ? [] : [`${answer.proxy}: ${answer.problem}`],
  );
  if (silent.length > 0) return silent.join('; ');
  return answers
    .filter(isAnswer)
    .map((answer: ProxyState) => ({ proxy: answer.proxy, lines: linesOfMember(answer, member) }));
}

async function commandAll(
  proxies: readonly LinesOfProxy[],
  wanted: (line: ProxyServer) => boolean,
  what: 'drain' | 'ready' | 'shutdown sessions',
  tools: ClusterTools,
  context: StepContext,
): Promise<string[]> {
  const problems = await eachNode(
    proxies.map(({ proxy }) => proxy),
    Math.max(1, proxies.length),
    async (proxy) => {
      const lines = proxies.find((one) => one.proxy === proxy)!.lines.filter(wanted);
      const problem = await commandProxy(proxy, lines, what, acting(tools, context));
      return problem === undefined ? [] : [`${proxy}: ${problem}`];
    },
  );
  return problems.flat();
}

function tagStep(node: string, tools: ClusterTools): Step {
  return {
    id: 'drain',
    title: 'set the tag noloadbalance',
    kind: 'effect',
    repeatable: true,
    run: (context) => setTag(node, true, tools, context),
    undo: { title: 'take the tag noloadbalance away', run: (context) => setTag(node, false, tools, context) },
  };
}

/** Then waits until /replica says so: that is what balancers ask. */
async function setTag(
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

import type { ProxyServer } from '../../haproxy/ask-proxy.ts';
import { linesOfMember, linesToLeave } from '../../haproxy/pools.ts';
import { poll } from '../../patroni/poll.ts';
import type { Step, StepCheck, StepContext, StepResult } from '../../rolling/step.ts';
import { type Handover, heirsOf, nextLeader } from './heir.ts';
import { leaderNow } from './leader.ts';
import { askOwnProxies, commandAll, type LinesOfProxy, proxyHint } from './proxy-lines.ts';
import { sessionsGate } from './sessions.ts';
import { setTag, settleMs, tagStep } from './tag.ts';
import { acting, type ClusterTools, drainOf } from './tools.ts';

/**
 * Before a switchover: a pool for replicas drops its next leader when that stops to be one, and ends its sessions
 * (on-marked-down shutdown-sessions). So its readers are led away while somebody else reads; and the old leader gets none
 * when it comes back, before it is upgraded.
 */
export function switchDrainSteps(handover: Handover, tools: ClusterTools): Step[] {
  const { prefix, from, to } = handover;
  const drain = drainOf(tools);
  if (drain === 'none') return [];
  if (drain === 'tag') return hasOthers(handover, tools) ? [tagOldLeader(handover, tools)] : [];
  return [
    {
      id: `${prefix}-drain`,
      title: `lead readers away from ${to}, and from ${from} when it is a replica`,
      kind: 'effect',
      repeatable: true,
      check: (context) => check(handover, tools, context),
      run: (context) => drainBoth(handover, tools, context),
      undo: {
        title: 'let readers in again',
        stands: `readers are led away from it and from ${to} on the proxies`,
        run: (context) => giveBack(handover, tools, context, true),
      },
    },
    sessionsGate(
      `${prefix}-sessions`,
      `wait for sessions to end that read from ${to}`,
      (context) => nextLeader(handover, tools, context),
      tools,
    ),
  ];
}

/**
 * After the switchover: who leads now is what it was before in the pools for reading, where its health check keeps it out.
 * @param andOldLeader gives the old leader back, too: nothing more is done to it
 */
export function switchUndrainSteps(handover: Handover, tools: ClusterTools, andOldLeader: boolean): Step[] {
  const drain = drainOf(tools);
  const { prefix, from } = handover;
  if (drain === 'none' || (drain === 'tag' && !andOldLeader)) return [];
  return [
    {
      id: `${prefix}-undrain`,
      title: 'let readers in again',
      kind: 'effect',
      repeatable: true,
      ...(andOldLeader ? { ends: true as const } : {}),
      // As of `undrain`: a resume may have led readers away anew.
      ...(drain === 'tag'
        ? {}
        : { check: (context: StepContext) => checkGivenBack(handover, tools, context, andOldLeader) }),
      run: (context) =>
        drain === 'tag'
          ? setTag(from, false, tools, context)
          : giveBack(handover, tools, context, andOldLeader),
    },
  ];
}

/** Somebody reads while the next leader and the old one do not. */
function hasOthers({ from, to }: Handover, { plan }: ClusterTools): boolean {
  return plan.members.some(({ node }) => node !== from && node !== to);
}

/**
 * The tag says nothing to a leader's health check. The next leader does not get it: to a balancer that ends the sessions of
 * who is marked down, the tag is no other than the promotion.
 */
function tagOldLeader({ prefix, from }: Handover, tools: ClusterTools): Step {
  const title = `set the tag noloadbalance on ${from}, for when it is a replica`;
  return tagStep(`${prefix}-drain`, title, from, tools);
}

/** The lines of both, on every proxy. */
async function leaving(
  handover: Handover,
  tools: ClusterTools,
  context: StepContext,
): Promise<LinesOfProxy[] | string> {
  const to = await nextLeader(handover, tools, context);
  const answers = await askOwnProxies(tools, context);
  if (typeof answers === 'string') return answers;
  const { members } = tools.plan;
  const member = (node: string) => members.find((one) => one.node === node)!;
  return answers.map((answer) => {
    const lines = linesToLeave(answer, members, { from: member(handover.from), to: member(to) });
    return { proxy: answer.proxy, lines: [...lines.from, ...lines.to] };
  });
}

async function check(handover: Handover, tools: ClusterTools, context: StepContext): Promise<StepCheck> {
  const proxies = await leaving(handover, tools, context);
  if (typeof proxies === 'string') return { kind: 'refused', message: proxies, hint: proxyHint };
  const open = proxies.flatMap(({ lines }) => lines.filter(({ drained }) => !drained));
  return open.length === 0 ? { kind: 'satisfied' } : { kind: 'needed', why: 'a proxy sends readers there' };
}

async function drainBoth(handover: Handover, tools: ClusterTools, context: StepContext): Promise<StepResult> {
  const proxies = await leaving(handover, tools, context);
  if (typeof proxies === 'string') return { kind: 'failed', message: proxies, hint: proxyHint };
  const problems = await commandAll(proxies, () => true, 'drain', tools, context);
  if (problems.length > 0) return { kind: 'failed', message: problems.join('; '), hint: proxyHint };
  const servers = [...new Set(proxies.flatMap(({ lines }) => lines.map(({ server }) => server)))];
  return { kind: 'done', evidence: { servers: servers.join(',') } };
}

function toGiveBack(handover: Handover, tools: ClusterTools, andOldLeader: boolean): string[] {
  return [...heirsOf(handover, tools), ...(andOldLeader ? [handover.from] : [])];
}

async function checkGivenBack(
  handover: Handover,
  tools: ClusterTools,
  context: StepContext,
  andOldLeader: boolean,
): Promise<StepCheck> {
  const proxies = await drainedLines(toGiveBack(handover, tools, andOldLeader), tools, context);
  if (typeof proxies === 'string') return { kind: 'refused', message: proxies, hint: proxyHint };
  const isDrained = proxies.some(({ lines }) => lines.length > 0);
  return isDrained ? { kind: 'needed', why: 'a proxy leads readers away' } : { kind: 'satisfied' };
}

async function giveBack(
  handover: Handover,
  tools: ClusterTools,
  context: StepContext,
  andOldLeader: boolean,
): Promise<StepResult> {
  const nodes = toGiveBack(handover, tools, andOldLeader);
  const leader = await leaderNow(tools, context);
  // A proxy that does not know yet that it leads would send it readers, and end their sessions a moment later.
  if (leader !== undefined && leader !== handover.from) {
    const look = async () => {
      const lines = await drainedLines([leader], tools, context);
      const isTaken = typeof lines !== 'string' && lines.some((one) => one.lines.some(isHealthy));
      return isTaken ? undefined : {};
    };
    await poll(look, { timeoutMs: settleMs, signal: acting(tools, context).signal });
  }
  const proxies = await drainedLines(nodes, tools, context);
  if (typeof proxies === 'string') return { kind: 'failed', message: proxies, hint: proxyHint };
  const problems = await commandAll(proxies, () => true, 'ready', tools, context);
  return problems.length === 0
    ? { kind: 'done' }
    : { kind: 'failed', message: problems.join('; '), hint: proxyHint };
}

/** A drained server shows its health: DRAIN, or DOWN. */
function isHealthy({ status }: ProxyServer): boolean {
  return status === 'DRAIN';
}

async function drainedLines(
  nodes: readonly string[],
  tools: ClusterTools,
  context: StepContext,
): Promise<LinesOfProxy[] | string> {
  const answers = await askOwnProxies(tools, context);
  if (typeof answers === 'string') return answers;
  const members = tools.plan.members.filter(({ node }) => nodes.includes(node));
  return answers.map((answer) => ({
    proxy: answer.proxy,
    lines: members.flatMap((member) => linesOfMember(answer, member).filter(({ drained }) => drained)),
  }));
}

import { agreeOnLeader, askProxies } from '../../haproxy/pools.ts';
import { askMember } from '../../patroni/ask-member.ts';
import { poll } from '../../patroni/poll.ts';
import type { SwitchoverEnd, SwitchoverOrder } from '../../patroni/switchover.ts';
import { waitForMember } from '../../patroni/wait-healthy.ts';
import type { Step, StepContext, StepResult } from '../../rolling/step.ts';
import { refusals } from '../switch-refusals.ts';
import { type Handover, heirNow, heirsOf, nextLeader } from './heir.ts';
import { planAnew } from './health.ts';
import { leaderNow } from './leader.ts';
import { superviseStep } from './supervise.ts';
import { switchDrainSteps, switchUndrainSteps } from './switch-drain.ts';
import { acting, type ClusterTools, nodesOfPlan, waiting } from './tools.ts';

/**
 * Once a cluster: everything is checked again, Patroni is asked once, the outcome is observed.
 * @param andOldLeader lets readers in on the old leader, too: it is not upgraded next
 */
export function switchoverSteps(handover: Handover, tools: ClusterTools, andOldLeader: boolean): Step[] {
  const { prefix, from, to, supervised } = handover;
  return [
    {
      id: `${prefix}-ready`,
      title: 'check again before the switchover',
      kind: 'gate',
      run: (context) => waitReady(handover, tools, context),
    },
    ...(supervised ? [superviseStep(`${prefix}-supervised`, `the switchover from ${from} to ${to}`)] : []),
    ...switchDrainSteps(handover, tools),
    {
      id: `${prefix}over`,
      title: `switch over from ${from} to ${to}`,
      kind: 'effect',
      async check(context) {
        const leader = await leaderNow(tools, context);
        if (leader === from) return { kind: 'needed' };
        if (leader !== undefined && heirsOf(handover, tools).includes(leader)) {
          return { kind: 'satisfied', evidence: { leader } };
        }
        return {
          kind: 'refused',
          message: leader === undefined ? 'nobody takes writes' : `${leader} leads`,
          hint: planAnew,
        };
      },
      run: (context) => handOver(handover, tools, context),
      recover: (context) => findOutcome(handover, tools, context),
    },
    {
      id: `${prefix}-verify`,
      title: 'verify that proxies agree and the old leader streams',
      kind: 'gate',
      run: (context) => verifyHandover(handover, tools, context),
    },
    ...switchUndrainSteps(handover, tools, andOldLeader),
  ];
}

async function waitReady(handover: Handover, tools: ClusterTools, context: StepContext): Promise<StepResult> {
  const asked = waiting(tools, context);
  const { from } = handover;
  let why: string[] = ['its members do not answer'];
  let leader: string | undefined;
  const end = await poll<StepResult>(
    async () => {
      const cluster = await tools.driver.ask(nodesOfPlan(tools.plan), asked);
      if (cluster === undefined || asked.signal.aborted) return undefined;
      leader = cluster.leader?.node ?? undefined;
      if (heirsOf(handover, tools).includes(leader ?? '')) return { kind: 'done' };
      why = await refusals(cluster, heirNow(cluster, handover, tools), tools, asked.signal);
      if (why.length === 0 && leader !== from)
        return { kind: 'failed', message: `${leader} leads, ${from} was planned to`, hint: planAnew };
      if (why.length === 0) return { kind: 'done' };
      context.note(why.join('; '));
      return undefined;
    },
    // In synchronous mode the restarted candidate takes some cycles to be chosen again.
    {
      everyMs: 2000,
      firstMs: 250,
      timeoutMs: Math.min(tools.settings.nodeMs, 180_000),
      signal: asked.signal,
    },
  );
  if (end === 'aborted') return { kind: 'held', message: 'asked to hold' };
  if (end !== 'timeout') return end;
  return {
    kind: 'failed',
    message: `no switchover: ${why.join('; ')}`,
    hint: `All replicas are upgraded, ${leadsNow(leader, from)}. When it is mended: muster upgrade resume.`,
  };
}

function leadsNow(leader: string | undefined, from: string): string {
  if (leader === from) return `${from} leads on with the old version`;
  return leader === undefined ? 'and nobody is known to lead' : `${leader} leads now`;
}

async function handOver(handover: Handover, tools: ClusterTools, context: StepContext): Promise<StepResult> {
  const asked = acting(tools, context);
  const { plan } = tools;
  const { from } = handover;
  const to = await nextLeader(handover, tools, context);
  await askMember(
    asked.executor,
    from,
    [{ ask: 'sql', text: 'checkpoint', timeout: 300 }],
    asked.signal,
    330_000,
  );
  const end = await tools.driver.switchOver(orderOf(from, to, tools), asked, context);
  if (end.kind === 'done') tools.interrupted(plan.name, end.interruptionMs);
  return asResult(end, handover, tools, to);
}

function orderOf(from: string, to: string, { plan, settings }: ClusterTools): SwitchoverOrder {
  const named = (node: string) => ({ node, name: plan.members.find((one) => one.node === node)!.name });
  return {
    leader: named(from),
    candidate: named(to),
    nodes: nodesOfPlan(plan),
    timeoutMs: settings.switchoverMs,
  };
}

/** After a death in between: who leads now decides. */
async function findOutcome(
  handover: Handover,
  tools: ClusterTools,
  context: StepContext,
): Promise<StepResult | { readonly kind: 'not-started' }> {
  const { from, to } = handover;
  const end = await tools.driver.findSwitchover(orderOf(from, to, tools), acting(tools, context), context);
  if (end.kind === 'refused') return { kind: 'not-started' };
  return asResult(end, handover, tools, to);
}

function asResult(end: SwitchoverEnd, handover: Handover, tools: ClusterTools, to: string): StepResult {
  const { from } = handover;
  const { name } = tools.driver;
  switch (end.kind) {
    case 'done':
      if (end.instead !== undefined && !heirsOf(handover, tools).includes(end.instead)) {
        return { kind: 'failed', message: `${end.instead} leads instead of ${to}`, hint: planAnew };
      }
      return {
        kind: 'done',
        evidence: { leader: end.instead ?? to, timeline: end.timeline, interruptionMs: end.interruptionMs },
      };
    case 'refused':
      return {
        kind: 'failed',
        message: tools.plan.plain === undefined ? `Patroni refused: ${end.message}` : end.message,
        hint: `Nothing changed: ${from} leads. All replicas are upgraded. When it is mended: muster upgrade resume.`,
      };
    case 'unknown':
      return { kind: 'unknown', message: end.message, hint: end.hint };
    default:
      return { kind: 'left', message: `${name} goes on with the switchover` };
  }
}

/** A server that is still stopping may be archiving its last WAL, which exists nowhere else. */
function bringBack(from: string, why: string, { plan, driver }: ClusterTools): string {
  if (why.includes('is stopping'))
    return `Wait for ${from}, and do not copy it anew: it may be archiving its last WAL (${driver.logHint(from)} there)`;
  const how =
    plan.plain === undefined
      ? `muster cluster reinit ${from} copies it anew`
      : 'as a standby: pg_rewind, or a new pg_basebackup';
  return `Bring ${from} back (${how})`;
}

async function verifyHandover(
  handover: Handover,
  tools: ClusterTools,
  context: StepContext,
): Promise<StepResult> {
  const asked = waiting(tools, context);
  const { plan, settings } = tools;
  const { from } = handover;
  const to = (await leaderNow(tools, context)) ?? handover.to;
  const patience = { maxLag: settings.maxLag, timeoutMs: settings.nodeMs, samples: 2, everyMs: 500 };
  const why = await waitForMember(from, nodesOfPlan(plan), patience, asked, tools.driver);
  if (asked.signal.aborted) return { kind: 'held', message: 'asked to hold' };
  const safe = `${to} leads with the new version: the cluster is safe.`;
  if (why !== undefined) {
    return {
      kind: 'failed',
      message: `the old leader: ${why}`,
      hint: `${safe} ${bringBack(from, why, tools)}, then: muster upgrade resume.`,
    };
  }
  if (plan.proxies.length === 0) return { kind: 'done' };
  const leader = plan.members.find(({ node }) => node === to)!;
  let problems: readonly string[] = [];
  const end = await poll(
    async () => {
      ({ problems } = agreeOnLeader(await askProxies(plan.proxies, asked), plan.members, leader));
      if (problems.length > 0) context.note(problems.join('; '));
      return problems.length === 0 ? {} : undefined;
    },
    { firstMs: 250, timeoutMs: 60_000, signal: asked.signal },
  );
  if (end === 'aborted') return { kind: 'held', message: 'asked to hold' };
  return end === 'timeout'
    ? {
        kind: 'failed',
        message: problems.join('; '),
        hint: `${safe} See to the proxies, then: muster upgrade resume.`,
      }
    : { kind: 'done' };
}

import { asRoot } from '../../fanout/as-root.ts';
import { askCommand } from '../../fanout/ask-command.ts';
import { askMember } from '../../patroni/ask-member.ts';
import type { MemberLook } from '../../patroni/look-at-members.ts';
import type { RestartEnd } from '../../patroni/restart.ts';
import { waitForMember } from '../../patroni/wait-healthy.ts';
import { watchPrimary } from '../../patroni/watch-primary.ts';
import { waitFor } from '../../rolling/wait.ts';
import type { Step, StepCheck, StepContext, StepResult } from '../../rolling/step.ts';
import { compareVersions } from '../../versions/compare-versions.ts';
import { pgVersionOfNumber } from '../../versions/pg-version.ts';
import { planAnew, waitHealthy } from './health.ts';
import { acting, type ClusterTools, drainOf, nodesOfPlan, waiting } from './tools.ts';

/** @param leads a single server, or a leader restarted in place: otherwise a node that leads meanwhile is left alone */
export function restartSteps(node: string, tools: ClusterTools, leads = false): Step[] {
  return [
    {
      id: 'restart',
      title: restartTitle(node, tools),
      kind: 'effect',
      check: (context) => checkRunning(node, tools, context, leads),
      run: (context) => restart(node, tools, context, leads),
      // Patroni is told the version it is for, and refuses where that runs already: safe to repeat. A job is found by its id.
      async recover(context) {
        const check = await checkRunning(node, tools, context, leads);
        if (check.kind === 'satisfied') return { ...check, kind: 'done' };
        if (check.kind === 'refused')
          return {
            kind: 'unknown',
            message: check.message,
            ...(check.hint === undefined ? {} : { hint: check.hint }),
          };
        return tools.driver.restartsById ? restart(node, tools, context, leads) : { kind: 'not-started' };
      },
    },
    {
      id: 'verify',
      title: 'verify version, timeline, streaming, lag and log',
      kind: 'gate',
      run: (context) => verify(node, tools, context),
    },
  ];
}

function restartTitle(node: string, { plan, settings }: ClusterTools): string {
  const patroni = plan.nodes[node]?.patroni;
  return settings.includePatroni && patroni !== undefined
    ? `restart Patroni and PostgreSQL to run ${patroni} and ${plan.target}`
    : `restart PostgreSQL to run ${plan.target}`;
}

export function soakStep(tools: ClusterTools): Step[] {
  const { soakMs } = tools.settings;
  if (soakMs === 0) return [];
  return [
    {
      id: 'soak',
      title: `watch it for ${Math.round(soakMs / 1000)} s`,
      kind: 'gate',
      async run(context) {
        if (!(await waitFor(soakMs, context.hold, context.detach)))
          return { kind: 'held', message: 'asked to hold' };
        return waitHealthy(tools, context, undefined, 30_000);
      },
    },
  ];
}

/** What runs is the target, and not an old program whose file was replaced. */
async function checkRunning(
  node: string,
  tools: ClusterTools,
  context: StepContext,
  leads: boolean,
): Promise<StepCheck> {
  const asked = acting(tools, context);
  const look = await tools.driver.look(node, asked);
  if (look.version === null) {
    return look.state === null
      ? {
          kind: 'refused',
          message: 'its server does not answer',
          hint: `Look at ${node}: ${tools.driver.logHint(node)}.`,
        }
      : { kind: 'needed', why: `its server is ${look.state}` };
  }
  const running = pgVersionOfNumber(look.version);
  if (compareVersions(running, tools.plan.target) >= 0 && !look.replaced && !needsPatroni(look, tools)) {
    return { kind: 'satisfied', evidence: { running } };
  }
  if (!leads && look.primary) {
    return { kind: 'refused', message: `${node} leads now; a leader is not restarted`, hint: planAnew };
  }
  return { kind: 'needed', why: `${running} runs` };
}

/** Its Patroni is to be upgraded, too, and is older than what is installed. */
function needsPatroni({ patroni }: MemberLook, { settings }: ClusterTools): boolean {
  return settings.includePatroni && patroni?.isCurrent === false;
}

async function restart(
  node: string,
  tools: ClusterTools,
  context: StepContext,
  leads: boolean,
): Promise<StepResult> {
  const asked = acting(tools, context);
  const { plan, settings } = tools;
  const [before] = await Promise.all([
    tools.driver.look(node, asked),
    // A checkpoint now makes the one at the stop short; without it the stop only takes longer.
    askMember(
      asked.executor,
      node,
      [{ ask: 'sql', text: 'checkpoint', timeout: 300 }],
      asked.signal,
      330_000,
    ),
  ]);
  const older =
    before.version !== null && compareVersions(pgVersionOfNumber(before.version), plan.target) < 0;
  const order = {
    node,
    onlyReplica: !leads,
    ...(older ? { olderThan: plan.target } : {}),
    withPatroni: needsPatroni(before, tools),
    before,
    timeoutS: Math.ceil(settings.restartMs / 1000),
  };
  const act = (): Promise<RestartEnd> => tools.driver.restart(order, asked, context);
  const end = leads ? await measured(act, tools, asked.signal) : await act();
  switch (end.kind) {
    case 'done':
      return {
        kind: 'done',
        evidence: {
          from: before.version === null ? null : pgVersionOfNumber(before.version),
          to: end.look.version === null ? null : pgVersionOfNumber(end.look.version),
          ...(settings.includePatroni ? { patroni: end.look.patroni?.version ?? null } : {}),
          startedAt: end.look.startedAt,
          timeline: end.look.timeline,
        },
      };
    case 'refused':
      return {
        kind: 'failed',
        message: `it was not restarted: ${end.message}`,
        hint: `${node}${stays(tools)}: its old server runs. See to it, then: muster upgrade resume; or muster upgrade rollback-node ${node}.`,
      };
    case 'left':
      return { kind: 'left', message: `${tools.driver.name} goes on with the restart` };
    default:
      return {
        kind: 'failed',
        message: end.message,
        hint: `${node} has the new programs${stays(tools)} and may be down; no other node is touched. ${tools.driver.logHint(node)} there; ${started(node, tools)}then muster upgrade resume, or muster upgrade rollback-node ${node}.`,
        output: await lastLog(node, tools, context),
      };
  }
}

/** Of a node whose restart failed; said where its clients were led away. */
export function stays(tools: ClusterTools): string {
  return drainOf(tools) === 'none' ? '' : ', stays drained';
}

function started(node: string, { driver }: ClusterTools): string {
  const hint = driver.startHint(node);
  return hint === undefined ? '' : `when it is mended, ${hint}; `;
}

/** Tells for how long nobody took writes meanwhile. */
async function measured(
  act: () => Promise<RestartEnd>,
  { executor, plan, settings, interrupted }: ClusterTools,
  signal: AbortSignal,
): Promise<RestartEnd> {
  const watch = watchPrimary(executor, nodesOfPlan(plan), {
    seconds: Math.ceil(settings.restartMs / 1000) + 60,
  });
  try {
    await watch.ready(15_000);
    const end = await act();
    if (end.kind === 'done') {
      await watch.writable(15_000);
      interrupted(plan.name, signal.aborted ? null : watch.gapMs());
    }
    return end;
  } finally {
    await watch.stop();
  }
}

async function verify(node: string, tools: ClusterTools, context: StepContext): Promise<StepResult> {
  const asked = waiting(tools, context);
  const { plan, settings } = tools;
  const failed = async (message: string): Promise<StepResult> => ({
    kind: 'failed',
    message,
    hint: `${node} has the new programs${stays(tools)}; no other node is touched. Mend it, then: muster upgrade resume; or muster upgrade rollback-node ${node}.`,
    output: await lastLog(node, tools, context),
  });
  const patience = { maxLag: settings.maxLag, timeoutMs: settings.nodeMs, samples: 3, everyMs: 500 };
  const why = await waitForMember(node, nodesOfPlan(plan), patience, asked, tools.driver);
  if (asked.signal.aborted) return { kind: 'held', message: 'asked to hold' };
  if (why !== undefined) return failed(why);
  const look = await tools.driver.look(node, asked);
  if (look.version === null || compareVersions(pgVersionOfNumber(look.version), plan.target) < 0) {
    return failed(
      `its server runs ${look.version === null ? 'no known version' : pgVersionOfNumber(look.version)}`,
    );
  }
  if (needsPatroni(look, tools)) {
    return failed(`Patroni ${look.patroni?.version ?? ''} runs, which is older than what is installed`);
  }
  const crash = await crashSince(node, look.startedAt ?? 0, tools, context);
  return crash === undefined ? { kind: 'done' } : failed(`its log says: ${crash}`);
}

/** A server process that crashed since the server started: an extension built for another minor does that. */
async function crashSince(
  node: string,
  since: number,
  tools: ClusterTools,
  context: StepContext,
): Promise<string | undefined> {
  const script = `pattern='terminated by signal|PANIC:'
{ journalctl -q --since=@${Math.floor(since)} -o cat -u 'patroni*' -u 'postgresql*'
  find /var/log/postgresql /var/lib/postgresql/*/*/log -type f -newermt @${Math.floor(since)} -exec tail -n 2000 {} + ; } 2>/dev/null |
  grep -E "$pattern" | tail -n 1`;
  const text = await askAsRoot(node, script, tools, context);
  // Lines of files may be older than this server.
  const time = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/.exec(text)?.[1];
  if (text === '' || (time !== undefined && Date.parse(`${time}Z`) / 1000 < since - 1)) return undefined;
  return text;
}

/** The last lines of the server's log. */
export function lastLog(node: string, tools: ClusterTools, context: StepContext): Promise<string> {
  return askAsRoot(node, tools.driver.logScript(node), tools, context);
}

async function askAsRoot(
  node: string,
  script: string,
  tools: ClusterTools,
  context: StepContext,
): Promise<string> {
  const command = asRoot(script);
  const { stdout } = await askCommand(tools.executor, node, { command, timeoutMs: 30_000 }, context.detach);
  return stdout.trim();
}

import { asRoot } from '../../fanout/as-root.ts';
import { askCommand } from '../../fanout/ask-command.ts';
import { packageDriver } from '../../packages/ask-packages.ts';
import type { PackageChange } from '../../packages/package-driver.ts';
import { commandStep } from '../../rolling/command-step.ts';
import { outcomeWords } from '../../rolling/outcome-words.ts';
import type { Step, StepCheck, StepContext, StepResult } from '../../rolling/step.ts';
import { explainPackages } from './package-failure.ts';
import { acting, type ClusterTools } from './tools.ts';

/** Milliseconds a node may be away while its packages are worked on. */
const awayMs = 15 * 60_000;
const resumeCommand = 'muster upgrade resume';

/** Downloads what is new and keeps what is old, on one node; nothing is installed. */
export function stageStep(node: string, tools: ClusterTools): Step {
  const { changes } = tools.plan.nodes[node]!;
  return commandStep(tools.jobs, {
    id: 'stage',
    title: 'download packages, keep the installed ones',
    node,
    command: packageDriver(tools.plan.manager).stage(changes),
    sudo: true,
    timeoutMs: tools.settings.nodeMs,
    awayMs,
    explain: explainPackages(node, resumeCommand),
  });
}

/** Installs exactly the planned versions while the old server runs on; nothing is restarted. */
export function installStep(node: string, tools: ClusterTools): Step {
  const { changes } = tools.plan.nodes[node]!;
  const driver = packageDriver(tools.plan.manager);
  const base = commandStep(tools.jobs, {
    id: 'install',
    title: `install ${changes.length} ${changes.length === 1 ? 'package' : 'packages'} for PostgreSQL ${tools.plan.target}`,
    node,
    command: driver.install(changes),
    sudo: true,
    timeoutMs: tools.settings.nodeMs,
    awayMs,
    check: (context) => checkInstalled(node, changes, tools, context),
    explain: explainPackages(node, resumeCommand),
  });
  return {
    ...base,
    async run(context) {
      const result = await base.run(context);
      return result.kind === 'done' ? stillRuns(node, changes, tools, context) : inDoubt(result, node);
    },
    recover: async (context) => inDoubt(await base.recover!(context), node),
    undo: {
      title: 'take away what keeps services from starting',
      stands: 'packages start no services (policy-rc.d, or masked units)',
      untilDone: true,
      run: (context) => unguard(node, driver.unguard(), tools, context),
    },
  };
}

/** A package manager that was ended in the middle takes up where it stopped; one that may still run is waited for. */
function inDoubt<Result extends { readonly kind: string }>(result: Result, node: string): Result {
  if (result.kind !== 'unknown') return result;
  const { message } = result as Result & { readonly message: string };
  const hint = /went down while it ran|was killed on the node/.test(message)
    ? `When ${node} is well: muster upgrade resume --run-again ${node}/install ends what it had begun.`
    : `When ${node} answers again: muster upgrade resume. It looks there first, and waits for the end.`;
  return { ...result, hint };
}

/**
 * Only when nothing is installed any more: a job that was left behind goes on, and would start services without it.
 * No job itself: it may be done any number of times, and where the disk is full no job can begin.
 */
async function unguard(
  node: string,
  script: string,
  tools: ClusterTools,
  context: StepContext,
): Promise<StepResult> {
  const installing = await waitForInstall(node, tools, context);
  if (installing !== undefined) return installing;
  const { outcome, stderr } = await askCommand(
    tools.executor,
    node,
    { command: asRoot(script), timeoutMs: 120_000 },
    context.detach,
  );
  if (outcome.kind === 'finished' && outcome.code === 0) return { kind: 'done' };
  return { kind: 'failed', message: stderr.trim() || outcomeWords(outcome), outcome };
}

async function waitForInstall(
  node: string,
  { jobs, settings }: ClusterTools,
  context: StepContext,
): Promise<StepResult | undefined> {
  const { jobId, detach } = context;
  const message = 'its packages are still being installed';
  const before = await jobs.state(node, jobId, detach);
  if (before.kind !== 'running') return undefined;
  context.note('waits until its packages are installed');
  const signal = AbortSignal.any([detach, AbortSignal.timeout(settings.nodeMs)]);
  const end = await jobs.follow(node, jobId, { timeoutMs: awayMs }, signal);
  if (detach.aborted) return { kind: 'left', message };
  return end.kind === 'unreachable' ? { kind: 'failed', message: `${message}: ${end.message}` } : undefined;
}

/** The exit code alone is no proof: apt-get passes over a package it was not asked to change. */
async function checkInstalled(
  node: string,
  changes: readonly PackageChange[],
  tools: ClusterTools,
  context: StepContext,
): Promise<StepCheck> {
  const wrong = await wrongVersions(node, changes, tools, context);
  if (typeof wrong === 'string') {
    return {
      kind: 'refused',
      message: `its packages cannot be asked: ${wrong}`,
      hint: `Nothing more is done to ${node}, and it stays drained. When it answers again: muster upgrade resume.`,
    };
  }
  return wrong.length === 0 ? { kind: 'satisfied' } : { kind: 'needed', why: wrong.join(', ') };
}

async function wrongVersions(
  node: string,
  changes: readonly PackageChange[],
  tools: ClusterTools,
  context: StepContext,
): Promise<string[] | string> {
  const query = packageDriver(tools.plan.manager).installed(changes.map(({ name }) => name));
  const { outcome, stdout, stderr } = await askCommand(
    tools.executor,
    node,
    { command: query, timeoutMs: 60_000 },
    context.detach,
  );
  if (outcome.kind !== 'finished')
    return 'message' in outcome ? outcome.message : stderr.trim() || 'no answer';
  const installed = new Map(
    stdout.split('\n').flatMap((line) => {
      const [name, version, state = ''] = line.split('\t');
      return name === undefined || version === undefined
        ? []
        : [[name, state.trim() === 'ii' ? version : `${version} (${state.trim()})`]];
    }),
  );
  return changes
    .filter(({ name, to }) => installed.get(name) !== to)
    .map(({ name }) => `${name} is ${installed.get(name) ?? 'not installed'}`);
}

async function stillRuns(
  node: string,
  changes: readonly PackageChange[],
  tools: ClusterTools,
  context: StepContext,
): Promise<StepResult> {
  const wrong = await wrongVersions(node, changes, tools, context);
  if (typeof wrong !== 'string' && wrong.length > 0) {
    return { kind: 'failed', message: `the package manager says done, but ${wrong.join(', ')}` };
  }
  const look = await tools.driver.look(node, acting(tools, context));
  if (look.startedAt === null && !context.detach.aborted) {
    return {
      kind: 'failed',
      message: `packages are installed, and the server does not answer (it is ${look.state ?? 'silent'})`,
      hint: `Look at ${node}; when its server is back: muster upgrade resume.`,
    };
  }
  return { kind: 'done', evidence: { installed: changes.map(({ name, to }) => `${name}=${to}`).join(' ') } };
}

import { askCommand } from '../../fanout/ask-command.ts';
import { packageDriver } from '../../packages/ask-packages.ts';
import type { PackageChange } from '../../packages/package-driver.ts';
import { commandStep, runJob } from '../../rolling/command-step.ts';
import type { Step, StepCheck, StepContext, StepResult } from '../../rolling/step.ts';
import { acting, type ClusterTools } from './tools.ts';

/** Milliseconds a node may be away while its packages are worked on. */
const awayMs = 15 * 60_000;

/** Downloads what is new and keeps what is old, on one node; nothing is installed. */
export function stageStep(node: string, tools: ClusterTools): Step {
  const { changes } = tools.plan.nodes[node]!;
  return explained(
    commandStep(tools.jobs, {
      id: 'stage',
      title: 'download packages, keep the installed ones',
      node,
      command: packageDriver(tools.plan.manager).stage(changes),
      sudo: true,
      timeoutMs: tools.settings.nodeMs,
      awayMs,
    }),
    node,
  );
}

/** Installs exactly the planned versions while the old server runs on; nothing is restarted. */
export function installStep(node: string, tools: ClusterTools): Step {
  const { changes } = tools.plan.nodes[node]!;
  const driver = packageDriver(tools.plan.manager);
  const base = explained(
    commandStep(tools.jobs, {
      id: 'install',
      title: `install ${changes.map(({ name, to }) => `${name} ${to}`).join(', ')}`,
      node,
      command: driver.install(changes),
      sudo: true,
      timeoutMs: tools.settings.nodeMs,
      awayMs,
      check: (context) => checkInstalled(node, changes, tools, context),
    }),
    node,
  );
  return {
    ...base,
    async run(context) {
      const result = await base.run(context);
      return result.kind === 'done' ? stillRuns(node, changes, tools, context) : result;
    },
    undo: {
      title: 'take away what keeps services from starting',
      run: (context) =>
        runJob(
          tools.jobs,
          { node, command: driver.unguard(), sudo: true, timeoutMs: 120_000, awayMs },
          { ...context, jobId: `${context.jobId}.undo` },
        ),
    },
  };
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

/** Names the cause of a failed package command in its message, and what to do. */
function explained(step: Step, node: string): Step {
  const explain = (result: StepResult): StepResult => {
    if (result.kind !== 'failed' || result.output === undefined) return result;
    const { output } = result;
    const all = output.split('\n');
    const causes = all.filter((line) => /^E: |^dpkg: error|^Error:/.test(line));
    // apt names each file it could not get before it says why.
    const lines = causes.length > 0 ? causes : all.filter((line) => line.startsWith('Err:'));
    const message = lines.length === 0 ? result.message : lines.slice(0, 2).join(' ').replace(/^E: /, '');
    const hint = hints.find(([pattern]) => pattern.test(output))?.[1](node);
    return { ...result, message, hint: hint ?? `Mend it on ${node}, then: muster upgrade resume.` };
  };
  const recover = step.recover?.bind(step);
  return {
    ...step,
    run: async (context) => explain(await step.run(context)),
    ...(recover === undefined
      ? {}
      : {
          recover: async (context: StepContext) => {
            const found = await recover(context);
            return found.kind === 'not-started' ? found : explain(found);
          },
        }),
  };
}

const hints: readonly (readonly [RegExp, (node: string) => string])[] = [
  [
    /held packages|Held packages were changed/i,
    (node) => `On ${node}: apt-mark showhold, apt-mark unhold PACKAGE; then muster upgrade resume.`,
  ],
  [
    /Could not get lock|lock-frontend|frontend lock/i,
    (node) =>
      `Somebody else works with packages on ${node} (fuser -v /var/lib/dpkg/lock-frontend); then muster upgrade resume.`,
  ],
  [
    /No space left/i,
    (node) => `Make room on ${node}, run dpkg --configure -a there, then muster upgrade resume.`,
  ],
  [
    /Failed to fetch|was not found|Unable to fetch|File not found/i,
    (node) =>
      `${node} does not get it from its repository; mend that (apt-get update), then muster upgrade resume, or plan anew.`,
  ],
  [/dpkg was interrupted/i, (node) => `On ${node}: dpkg --configure -a; then muster upgrade resume.`],
];

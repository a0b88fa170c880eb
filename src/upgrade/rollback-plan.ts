import { packageDriver } from '../packages/ask-packages.ts';
import { waitForMember } from '../patroni/wait-healthy.ts';
import { commandStep } from '../rolling/command-step.ts';
import type { RollingPlan } from '../rolling/plan.ts';
import type { Step, StepContext, StepResult } from '../rolling/step.ts';
import { pgVersionOfNumber } from '../versions/pg-version.ts';
import { undrainSteps, drainSteps } from './steps/drain.ts';
import { explainPackages } from './steps/package-failure.ts';
import { lastLog, stays } from './steps/restart.ts';
import { acting, type ClusterTools, nodesOfPlan, waiting } from './steps/tools.ts';
import type { UpgradeSettings } from './settings.ts';
import { clusterTools, type UpgradeTools } from './upgrade-plan.ts';
import type { ClusterPlan } from './upgrade-spec.ts';

/** One node of an upgrade, back to the packages it had. */
export interface RollbackSpec {
  readonly kind: 'upgrade-rollback';
  readonly settings: UpgradeSettings;
  readonly cluster: ClusterPlan;
  readonly node: string;
  /** The upgrade, when it waits to be gone on with: its journal does not know of the rollback. */
  readonly upgrade?: string;
}

export function rollbackPlan({ cluster, settings, node }: RollbackSpec, tools: UpgradeTools): RollingPlan {
  const own = clusterTools(cluster, settings, tools);
  const { changes, running, patroni } = cluster.nodes[node]!;
  // Nobody leads writers away from who leads.
  const inPlace = node === cluster.leader && mayLead(cluster);
  const steps: Step[] = [
    replicaStep(node, own),
    ...(inPlace ? [] : drainSteps(node, own)),
    commandStep(tools.jobs, {
      id: 'downgrade',
      title: `go back to ${changes.map(({ name, from }) => `${name} ${from}`).join(', ')}`,
      node,
      command: packageDriver(cluster.manager).downgrade(changes),
      sudo: true,
      timeoutMs: settings.nodeMs,
      awayMs: 15 * 60_000,
      explain: explainPackages(node, 'go on as said below'),
    }),
    restartStep(node, running, patroni !== undefined, own),
    {
      id: 'verify',
      title: `verify that it runs ${running} and streams`,
      kind: 'gate',
      run: (context) => verify(node, running, own, context),
    },
    ...(inPlace ? [] : undrainSteps(node, own)),
  ];
  return { batches: [[{ name: cluster.name, stages: [{ node, steps }] }]] };
}

/** A leader the upgrade restarted in place, because nobody could stand in, goes back in place, too. */
function mayLead({ candidate }: ClusterPlan): boolean {
  return candidate === null;
}

function replicaStep(node: string, tools: ClusterTools): Step {
  return {
    id: 'replica',
    title: 'it is no leader',
    kind: 'gate',
    async run(context) {
      const look = await tools.driver.look(node, waiting(tools, context));
      if (!look.primary || mayLead(tools.plan)) return { kind: 'done' };
      return {
        kind: 'failed',
        message: `${node} leads`,
        hint: 'Nothing was changed. Switch over first: muster cluster switchover.',
      };
    },
  };
}

function restartStep(node: string, running: string, withPatroni: boolean, tools: ClusterTools): Step {
  return {
    id: 'restart',
    title: `restart ${withPatroni ? 'Patroni and ' : ''}PostgreSQL to run ${running}`,
    kind: 'effect',
    async check(context) {
      const look = await tools.driver.look(node, acting(tools, context));
      if (look.primary && !mayLead(tools.plan)) return { kind: 'refused', message: `${node} leads now` };
      const isOld =
        look.version !== null &&
        pgVersionOfNumber(look.version) === running &&
        (!withPatroni || look.patroni?.isCurrent === true);
      return isOld ? { kind: 'satisfied' } : { kind: 'needed' };
    },
    run: (context) => restartBack(node, withPatroni, tools, context),
    recover: async (context) =>
      tools.driver.restartsById ? restartBack(node, withPatroni, tools, context) : { kind: 'not-started' },
  };
}

async function restartBack(
  node: string,
  withPatroni: boolean,
  tools: ClusterTools,
  context: StepContext,
): Promise<StepResult> {
  const { driver, plan, settings } = tools;
  const timeoutS = Math.ceil(settings.restartMs / 1000);
  const order = { node, onlyReplica: !mayLead(plan), timeoutS, withPatroni };
  const end = await driver.restart(order, acting(tools, context), context);
  if (end.kind === 'done') return { kind: 'done' };
  if (end.kind === 'left') return { kind: 'left', message: `${driver.name} goes on with the restart` };
  return {
    kind: 'failed',
    message: end.message,
    hint: `${node}${stays(tools)}. ${driver.logHint(node)} there; when it is mended, this rollback is gone on with.`,
    output: await lastLog(node, tools, context),
  };
}

async function verify(
  node: string,
  running: string,
  tools: ClusterTools,
  context: StepContext,
): Promise<StepResult> {
  const asked = waiting(tools, context);
  const { plan, settings } = tools;
  const patience = { maxLag: settings.maxLag, timeoutMs: settings.nodeMs, samples: 3, everyMs: 1000 };
  const why = await waitForMember(node, nodesOfPlan(plan), patience, asked, tools.driver);
  if (asked.signal.aborted) return { kind: 'held', message: 'asked to hold' };
  if (why !== undefined) return { kind: 'failed', message: why };
  const look = await tools.driver.look(node, asked);
  const now = look.version === null ? 'nothing' : pgVersionOfNumber(look.version);
  return now === running ? { kind: 'done' } : { kind: 'failed', message: `it runs ${now}` };
}

import type { Executor } from '../fanout/executor.ts';
import type { Jobs } from '../jobs/job.ts';
import { memberConcern } from '../patroni/wait-healthy.ts';
import type { Lane, RollingPlan, Stage } from '../rolling/plan.ts';
import type { Step } from '../rolling/step.ts';
import { driverOf } from './drivers/driver-of.ts';
import { drainSteps, undrainSteps } from './steps/drain.ts';
import { type Handover, heirsOf } from './steps/heir.ts';
import { healthyStep, planAnew } from './steps/health.ts';
import { installStep, stageStep } from './steps/install.ts';
import { restartSteps, soakStep } from './steps/restart.ts';
import { inPlaceGates } from './steps/in-place.ts';
import { switchoverSteps } from './steps/switchover.ts';
import { type ClusterTools, nodesOfPlan } from './steps/tools.ts';
import type { UpgradeSettings } from './settings.ts';
import type { ClusterPlan, UpgradeSpec } from './upgrade-spec.ts';

export interface UpgradeTools {
  readonly executor: Executor;
  readonly jobs: Jobs;
  readonly interrupted: ClusterTools['interrupted'];
}

/** What the steps of one cluster act through, with the driver of what manages it. */
export function clusterTools(
  plan: ClusterPlan,
  settings: UpgradeSettings,
  tools: UpgradeTools,
): ClusterTools {
  return { ...tools, plan, settings, driver: driverOf(plan, settings, tools.jobs) };
}

/** The plan of a specification; the same specification always gives the same steps. */
export function upgradePlan(spec: UpgradeSpec, tools: UpgradeTools): RollingPlan {
  const { settings } = spec;
  const toolsOf = (plan: ClusterPlan): ClusterTools => clusterTools(plan, settings, tools);
  const staging = spec.batches.flat().flatMap((plan) =>
    Object.entries(plan.nodes)
      .filter(([, { changes }]) => changes.length > 0)
      .map(([node]): Lane => ({
        name: `stage ${node}`,
        stages: [{ node, steps: [stageStep(node, toolsOf(plan))] }],
      })),
  );
  const clusters = settings.downloadOnly
    ? []
    : spec.batches.map((plans) => plans.map((plan) => clusterLane(plan, toolsOf(plan))));
  return { batches: [...(staging.length === 0 ? [] : [staging]), ...clusters] };
}

function clusterLane(plan: ClusterPlan, tools: ClusterTools): Lane {
  const { leader, candidate, replicas } = plan;
  const touched = (node: string) => plan.nodes[node] !== undefined;
  const before = replicas.filter(touched).map((node) => replicaStage(node, tools, [leader]));
  if (!touched(leader)) return { name: plan.name, stages: before };
  if (candidate === null) return { name: plan.name, stages: [...before, inPlaceStage(leader, tools)] };
  const { supervisedPrimary, switchback } = tools.settings;
  const handover = { from: leader, to: candidate, prefix: 'switch', supervised: supervisedPrimary } as const;
  const back = { from: candidate, to: leader, prefix: 'switch-back', supervised: false } as const;
  return {
    name: plan.name,
    stages: [
      ...before,
      leaderStage(leader, handover, tools),
      ...(switchback
        ? [{ node: candidate, steps: switchoverSteps(back, tools, true), undoAfterFailure: undoSwitch }]
        : []),
    ],
  };
}

/**
 * The leader: switched over, then upgraded as a replica. One stage, for a hold in between would leave an old minor to read
 * the WAL of a new one, and no readers on it.
 */
function leaderStage(node: string, handover: Handover, tools: ClusterTools): Stage {
  const over = switchoverSteps(handover, tools, false);
  const { steps } = replicaStage(node, tools, heirsOf(handover, tools));
  return {
    node,
    steps: [...over, ...steps],
    async undoAfterFailure(failed) {
      if (over.some(({ id }) => id === failed)) return undoSwitch(failed);
      const ids = await undoAfter(failed, node, tools);
      return ids.includes('drain') ? [...ids, 'switch-drain'] : ids;
    },
  };
}

/** Nobody leads but who did: readers come back. After it, the old leader is not known to be well. */
async function undoSwitch(failed: string): Promise<readonly string[]> {
  const [, prefix] = /^(switch|switch-back)(?:-ready|-drain|-sessions|over)$/.exec(failed) ?? [];
  return prefix === undefined ? [] : [`${prefix}-drain`];
}

/** A replica: drained, installed, restarted, verified, given back. */
function replicaStage(node: string, tools: ClusterTools, leaders: readonly string[]): Stage {
  const { changes } = tools.plan.nodes[node]!;
  const leads = (now: string) =>
    leaders.includes(now) ? undefined : `${now} leads, ${leaders[0]} was planned to`;
  const steps: Step[] = [
    healthyStep('healthy', 'check that the cluster is healthy', tools, leads),
    ...drainSteps(node, tools),
    ...(changes.length === 0 ? [] : [installStep(node, tools)]),
    ...restartSteps(node, tools),
    ...undrainSteps(node, tools),
    ...soakStep(tools),
  ];
  return { node, steps, undoAfterFailure: (failed) => undoAfter(failed, node, tools) };
}

/** A leader whose restart its clients see: a server that nobody stands in for, or one that nothing hands over from. */
function inPlaceStage(node: string, tools: ClusterTools): Stage {
  const { changes } = tools.plan.nodes[node]!;
  return {
    node,
    steps: [
      healthyStep('healthy', 'check that the cluster is healthy', tools, (now) =>
        now === node ? undefined : planAnew,
      ),
      ...(changes.length === 0 ? [] : [installStep(node, tools)]),
      ...inPlaceGates(node, tools),
      ...restartSteps(node, tools, true),
      ...soakStep(tools),
    ],
  };
}

/**
 * Before the restart the old server still runs: a replica that is well takes its clients back. Afterwards it stays
 * drained until a person has looked.
 */
async function undoAfter(failed: string, node: string, tools: ClusterTools): Promise<readonly string[]> {
  if (failed === 'drain' || failed === 'sessions') return ['drain'];
  if (failed !== 'install') return [];
  const { driver, executor, plan, settings } = tools;
  const cluster = await driver.ask(nodesOfPlan(plan), { executor, signal: AbortSignal.timeout(60_000) });
  const isWell = cluster !== undefined && memberConcern(node, cluster, settings.maxLag) === undefined;
  return isWell ? ['install', 'drain'] : ['install'];
}

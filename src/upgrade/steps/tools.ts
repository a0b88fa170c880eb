import type { Executor } from '../../fanout/executor.ts';
import type { Jobs } from '../../jobs/job.ts';
import type { StepContext } from '../../rolling/step.ts';
import type { UpgradeSettings } from '../settings.ts';
import type { ClusterDriver } from '../drivers/cluster-driver.ts';
import type { ClusterPlan } from '../upgrade-spec.ts';

/** What the steps of one cluster act through and on. */
export interface ClusterTools {
  readonly executor: Executor;
  readonly jobs: Jobs;
  readonly driver: ClusterDriver;
  readonly plan: ClusterPlan;
  readonly settings: UpgradeSettings;
  /** Tells how long nobody took writes in a cluster. */
  readonly interrupted: (cluster: string, ms: number | null) => void;
}

/** For waiting that gives up when the run is to hold. */
export function waiting({ executor }: ClusterTools, context: StepContext) {
  const { hold, detach } = context;
  return { executor, signal: AbortSignal.any([hold, detach]), note: (text: string) => context.note(text) };
}

/** For effects, which go on to their end unless muster leaves. */
export function acting({ executor }: ClusterTools, context: StepContext) {
  return { executor, signal: context.detach, note: (text: string) => context.note(text) };
}

export function nodesOfPlan({ members }: ClusterPlan): string[] {
  return members.map(({ node }) => node);
}

/** The tag is Patroni's: without it only proxies lead clients away. */
export function drainOf({ plan, settings: { drain } }: ClusterTools): typeof drain {
  return drain === 'tag' && plan.plain !== undefined ? 'none' : drain;
}

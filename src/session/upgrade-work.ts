import { readWindow } from '../rolling/window.ts';
import { planAnew } from '../upgrade/steps/health.ts';
import { upgradePlan } from '../upgrade/upgrade-plan.ts';
import type { UpgradeSpec } from '../upgrade/upgrade-spec.ts';
import type { RollingWork } from './rolling-run.ts';
import { upgradeProbe } from './upgrade-probe.ts';

/** A rolling upgrade, from its specification: also on resume. */
export function upgradeWork(spec: UpgradeSpec, hash: string): RollingWork {
  const { settings, batches } = spec;
  const interruptions = new Map<string, number | null>();
  const clusters = batches.flat();
  const probe = upgradeProbe(spec);
  return {
    title: `upgrade of ${clusters.map(({ name }) => name).join(', ')} to PostgreSQL ${[...new Set(clusters.map(({ target }) => target))].join(', ')}`,
    spec,
    hash,
    plan: (tools) =>
      upgradePlan(spec, {
        ...tools,
        interrupted: (cluster, ms) => void interruptions.set(cluster, ms),
      }),
    ...(probe === undefined ? {} : { beside: probe.beside, clear: probe.clear }),
    options() {
      const window = settings.window === undefined ? undefined : readWindow(settings.window);
      const most = Math.max(0, ...batches.map((plans) => plans.length));
      return {
        // Staging goes on all nodes at once where clusters are few enough for it.
        parallel: most <= settings.parallelClusters ? 64 : settings.parallelClusters,
        maxFailures: settings.maxFailures,
        onFailure: 'stop',
        confirmEach: 'none',
        ...(window === undefined
          ? {}
          : { closed: () => (window.isOpen(new Date()) ? undefined : window.closedText(new Date())) }),
      };
    },
    isOver: ({ hint }) => hint === planAnew,
    summary() {
      const probed = probe?.summary();
      if (interruptions.size === 0) return probed;
      const parts = [...interruptions].map(
        ([cluster, ms]) => `${cluster} ${ms === null ? 'not measured' : `${(ms / 1000).toFixed(1)} s`}`,
      );
      const observed = `nobody took writes: ${parts.join(', ')}`;
      return probed === undefined ? observed : `${observed}; ${probed}`;
    },
  };
}

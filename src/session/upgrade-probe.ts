import type { RollingRecord } from '../journal/rolling-records.ts';
import { drop as dropByDsn, probeByDsn, readProbeDsn } from '../upgrade/dsn-probe.ts';
import type { ClusterPlan, UpgradeSpec } from '../upgrade/upgrade-spec.ts';
import { dropProbe, probeMembers, type ProbeReport } from '../upgrade/write-probe.ts';
import type { RollingWork } from './rolling-run.ts';

interface UpgradeProbe extends Required<Pick<RollingWork, 'beside' | 'clear'>> {
  summary(): string | undefined;
}

/** Writes to every cluster while it is upgraded, when that was asked for. */
export function upgradeProbe({ batches, settings }: UpgradeSpec): UpgradeProbe | undefined {
  const { probe, probeDsn } = settings;
  if (probe !== 'table') return undefined;
  const clusters = batches.flat();
  const reports = new Map<string, ProbeReport>();
  return {
    async beside({ executor }, { signal, warn }) {
      const begun = await Promise.all(
        clusters.map(async (plan) => {
          const started =
            probeDsn === undefined
              ? await probeMembers(plan, { executor, signal })
              : await probeByDsn(readProbeDsn(probeDsn, plan.name), signal);
          if (typeof started !== 'string') return [{ plan, started }];
          warn(`${plan.name} is not probed by writes: ${started}`);
          return [];
        }),
      );
      return {
        async stop() {
          const records = await Promise.all(
            begun.flat().map(async ({ plan, started }): Promise<RollingRecord[]> => {
              const start = performance.now();
              const { report, problem } = await started.stop();
              if (problem !== undefined) warn(`${plan.name}: ${problem}`);
              if (report === null) return [];
              reports.set(plan.name, report);
              return [recordOf(plan, report, Math.round(performance.now() - start))];
            }),
          );
          return records.flat();
        },
      };
    },
    async clear({ executor }, signal) {
      const problems = await Promise.all(
        clusters.map(async (plan) => {
          const problem =
            probeDsn === undefined
              ? await dropProbe(plan, { executor, signal })
              : await dropByDsn(readProbeDsn(probeDsn, plan.name), signal);
          return problem === undefined
            ? []
            : [`${plan.name}: the table of the probe may be left: ${problem}`];
        }),
      );
      return problems.flat();
    },
    summary() {
      if (reports.size === 0) return undefined;
      const parts = [...reports].map(
        ([cluster, { gaps, gapMs }]) =>
          `${cluster} ${(gapMs / 1000).toFixed(1)} s in ${gaps} pause${gaps === 1 ? '' : 's'}`,
      );
      return `no write was possible: ${parts.join(', ')}`;
    },
  };
}

/** A result without an intent: it changed nothing that a resume would ask about. */
function recordOf({ name, leader }: ClusterPlan, report: ProbeReport, durationMs: number): RollingRecord {
  return {
    type: 'result',
    lane: name,
    node: leader,
    step: 'write-probe',
    attempt: 1,
    at: new Date().toISOString(),
    result: 'satisfied',
    evidence: { ...report },
    durationMs,
  };
}

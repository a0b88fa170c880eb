import { resolve } from 'node:path';
import type { UpgradePlanFlags } from '../cli/upgrade-flags.ts';
import { ownFolder } from '../config/search-path.ts';
import { ExitCode, UserError } from '../errors.ts';
import { eachNode } from '../fanout/each-node.ts';
import { createJobs } from '../jobs/create-jobs.ts';
import { refreshCommand } from '../packages/ask-packages.ts';
import { isReplication } from '../replication/replication-cluster.ts';
import { planHash } from '../rolling/plan-hash.ts';
import { anyRefused, type CheckResult, runChecks } from '../upgrade/checks/run-checks.ts';
import type { ClusterFacts } from '../upgrade/cluster-facts.ts';
import { collectFacts } from '../upgrade/collect-facts.ts';
import { makeSpec } from '../upgrade/make-spec.ts';
import type { UpgradeSettings } from '../upgrade/settings.ts';
import type { UpgradeSpec } from '../upgrade/upgrade-spec.ts';
import { overrideReleaseData } from '../versions/read-release-data.ts';
import { bundledReleaseData } from '../versions/release-data.ts';
import type { ClusterSession } from './cluster-session.ts';
import { findUpgradable } from './plain-servers.ts';
import { readUpgradeSettings } from './upgrade-settings.ts';

/** A plan with what it was made from. */
export interface PlannedUpgrade {
  readonly spec: UpgradeSpec;
  readonly hash: string;
  readonly facts: readonly ClusterFacts[];
  /** By cluster. */
  readonly checks: ReadonlyMap<string, readonly CheckResult[]>;
  readonly settings: UpgradeSettings;
}

/** Asks all nodes and plans; changes nothing, but for package lists with --refresh. */
export async function planUpgrade(
  clusters: ClusterSession,
  flags: UpgradePlanFlags,
): Promise<PlannedUpgrade> {
  const { session, executor, interrupts } = clusters;
  const settings = await readUpgradeSettings(session, flags);
  const data = overrideReleaseData(
    await bundledReleaseData(),
    resolve(ownFolder(session.surroundings), 'versions.d'),
    undefined,
  );
  if (flags.refresh) await refresh(clusters);
  const found = await findUpgradable(clusters, flags.driver as 'auto' | 'patroni' | 'pg');
  if (settings.promoteCommand !== undefined && !found.some(isReplication)) {
    throw new UserError('--promote-command: every cluster here has its Patroni, which hands over itself', {
      hint: 'It is for servers without Patroni.',
    });
  }
  const facts = await collectFacts(found, settings, {
    executor,
    fanout: session.settings.fanout,
    signal: interrupts.signal,
    data,
  });
  const now = new Date();
  const checks = new Map(facts.map((one) => [one.cluster.name, runChecks(one, settings, now)]));
  const spec = makeSpec(facts, settings, flags.batch);
  return { spec, hash: planHash(spec), facts, checks, settings };
}

export function isRefused({ checks }: PlannedUpgrade): boolean {
  return anyRefused(checks);
}

/** As jobs, so that a lost connection leaves no torn package lists. */
async function refresh({ session, executor, interrupts }: ClusterSession): Promise<void> {
  const jobs = createJobs(executor);
  const { nodes } = session.chosen;
  const stamp = new Date().toISOString().replaceAll(/[^0-9]/g, '');
  session.warn(`asking the repositories anew on ${session.foldNames(nodes)}`);
  const problems = await eachNode(nodes, session.settings.fanout, async (node) => {
    const id = `refresh.${stamp}.${node}`;
    const start = await jobs.start(node, { id, command: refreshCommand(), sudo: true }, interrupts.signal);
    if (start.kind === 'failed' || start.kind === 'unknown') return [`${node}: ${start.message}`];
    const end = await jobs.follow(node, id, { timeoutMs: 60_000 }, interrupts.signal);
    if (end.kind === 'done' && end.code === 0) return [];
    const said =
      end.kind === 'done'
        ? end.output
            .trim()
            .split('\n')
            .findLast((line) => /^E:|^W:|^Error:/.test(line))
        : undefined;
    return [`${node}: ${said ?? 'its package manager did not end well'}`];
  });
  if (problems.flat().length === 0) return;
  throw new UserError(problems.flat().join('; '), {
    code: 'REFRESH_FAILED',
    exitCode: ExitCode.refused,
    hint: 'Nothing was changed but package lists. Mend the repositories, or plan without --refresh.',
  });
}

import type { UpgradePlanFlags, UpgradeRunFlags } from '../cli/upgrade-flags.ts';
import { ExitCode, UserError } from '../errors.ts';
import { acquireLocks } from '../locks/acquire-locks.ts';
import { lockedError } from '../locks/locked-error.ts';
import { makeVisibleLine } from '../output/printable.ts';
import { planLines } from '../upgrade/plan-text.ts';
import { asRun } from './as-run.ts';
import { type ClusterSession, confirmChange, withClusters } from './cluster-session.ts';
import type { RunSession } from './open-session.ts';
import { lockName } from './rolling-locks.ts';
import { startRolling } from './rolling-run.ts';
import { isRefused, type PlannedUpgrade, planUpgrade } from './upgrade-planned.ts';
import { upgradeWork } from './upgrade-work.ts';

/** `muster upgrade plan`. Gives the exit status. */
export function showUpgradePlan(
  flags: UpgradePlanFlags,
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  return withClusters(flags, words, argv, async (clusters) => {
    const planned = await planUpgrade(clusters, flags);
    await showPlan(clusters.session, planned, flags.json, argv);
    return isRefused(planned) ? ExitCode.refused : ExitCode.ok;
  });
}

/** `muster upgrade run`. Gives the exit status. */
export async function runUpgrade(
  flags: UpgradeRunFlags,
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  if (flags['dry-run']) return showUpgradePlan(flags, words, argv);
  let planned: PlannedUpgrade | undefined;
  let opened: RunSession | undefined;
  const status = await withClusters(flags, words, argv, async (clusters) => {
    const { session } = clusters;
    await refuseIfLocked(clusters);
    planned = await planUpgrade(clusters, flags);
    const wanted = flags['yes-plan'];
    if (wanted !== undefined && wanted !== planned.hash) {
      await showPlan(session, planned, false, argv);
      throw new UserError(`the plan is no longer ${wanted}: it is ${planned.hash}`, {
        code: 'PLAN_CHANGED',
        exitCode: ExitCode.refused,
        hint: 'Nothing was changed. Roles, versions, packages or options are others than then: look at the plan above.',
      });
    }
    if (isRefused(planned)) {
      await showPlan(session, planned, flags.json, argv);
      return ExitCode.refused;
    }
    if (planned.spec.batches.length === 0) {
      await showPlan(session, planned, flags.json, argv);
      return ExitCode.ok;
    }
    if (wanted === undefined && flags.yes) requireConsent(planned);
    if (wanted === undefined && !flags.yes) {
      await showPlan(session, planned, false, argv);
      await confirmChange(session, 'Go on?', false);
    }
    opened = session;
    return ExitCode.ok;
  });
  if (planned === undefined || opened === undefined) return status;
  const { spec, hash } = planned;
  const mode = flags.json ? 'json' : flags['json-lines'] ? 'json-lines' : flags.quiet ? 'quiet' : 'text';
  return startRolling(opened, asRun(flags), upgradeWork(spec, hash), { mode });
}

/**
 * Whoever else is at work is named before anything is asked: his drains and installs would make checks refuse. The locks
 * of the run itself are taken later.
 */
async function refuseIfLocked({ session, executor, interrupts }: ClusterSession): Promise<void> {
  const { user, host } = session.surroundings;
  const owner = { who: user, from: host, work: 'planning an upgrade', since: new Date().toISOString() };
  const { nodes } = session.chosen;
  const locks = await acquireLocks(executor, nodes, lockName, owner, interrupts.signal, {
    skipUnreachable: true,
  });
  if (locks.kind === 'locked') throw lockedError(`${session.foldNames(nodes)} is`, locks);
  // What cannot be locked is found by the checks, with a better word.
  if (locks.kind === 'held') await locks.release();
}

/**
 * --yes says yes to whatever the plan is; that a leader with replicas is restarted under its clients takes more.
 * @throws UserError when only --yes was said
 */
function requireConsent({ spec }: PlannedUpgrade): void {
  if (spec.settings.primaryMethod === 'restart') return;
  const leaders = spec.batches
    .flat()
    .filter(({ candidate, members, leader, nodes }) => {
      return candidate === null && members.length > 1 && nodes[leader] !== undefined;
    })
    .map(({ leader }) => leader);
  if (leaders.length === 0 || spec.settings.downloadOnly) return;
  throw new UserError(`--yes alone does not restart what leads in place: ${leaders.join(', ')}`, {
    code: 'NOT_CONFIRMED',
    exitCode: ExitCode.refused,
    hint: 'Nothing was changed. Say so by --primary-method restart or --yes-plan HASH, or hand over by --promote-command.',
  });
}

async function showPlan(
  session: RunSession,
  planned: PlannedUpgrade,
  json: boolean,
  argv: readonly string[],
): Promise<void> {
  const { spec, hash, checks } = planned;
  const { stdout } = session.terminal;
  if (json) {
    const refused = isRefused(planned);
    await stdout.write(
      `${JSON.stringify({ version: 1, hash, refused, checks: Object.fromEntries(checks), ...spec })}\n`,
    );
    return;
  }
  const lines = planLines(spec, hash, checks, session.foldNames);
  if (isRefused(planned))
    lines.push("refused, nothing was changed. Mend it, or go on in spite of a check: --waive 'ID=reason'");
  else if (spec.batches.length > 0 && argv[1] === 'plan') {
    const rest = argv.slice(2).filter((word) => word !== '--refresh');
    lines.push(`To carry it out: muster upgrade run --yes-plan ${hash} ${rest.map(quoteWord).join(' ')}`);
  }
  await stdout.write(`${lines.map(makeVisibleLine).join('\n')}\n`);
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(word) && !word.includes('[')
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

import { readCount } from '../cli/read-number.ts';
import { readSize } from '../cli/read-size.ts';
import type { UpgradePlanFlags } from '../cli/upgrade-flags.ts';
import { UserError } from '../errors.ts';
import { evaluateInOrder } from '../nodeset/evaluate.ts';
import { readFailureBudget } from '../rolling/failure-budget.ts';
import { readDuration } from '../rolling/read-duration.ts';
import { readWindow } from '../rolling/window.ts';
import { readWaivers } from '../upgrade/checks/run-checks.ts';
import { readProbeDsn } from '../upgrade/dsn-probe.ts';
import type { UpgradeSettings } from '../upgrade/settings.ts';
import type { RunSession } from './open-session.ts';

/**
 * What the command line asks for.
 * @throws UserError for whatever makes no sense; nothing has been contacted then
 */
export async function readUpgradeSettings(
  session: RunSession,
  flags: UpgradePlanFlags,
): Promise<UpgradeSettings> {
  const proxies = await evaluateAll(session, flags.proxies ?? []);
  const drain = flags.drain ?? (proxies.length > 0 ? 'proxies' : 'tag');
  if (drain === 'proxies' && proxies.length === 0) {
    throw new UserError('--drain proxies: which ones?', { hint: 'Name them: --proxies @haproxy' });
  }
  if (flags.window !== undefined) readWindow(flags.window);
  const { target, candidate, window } = flags;
  const primaryMethod = flags['primary-method'] as UpgradeSettings['primaryMethod'];
  const promoteCommand = flags['promote-command'];
  if (primaryMethod === 'restart' && promoteCommand !== undefined) {
    throw new UserError('--promote-command and --primary-method restart: which one?', {
      hint: 'A leader that is restarted in place is not promoted away.',
    });
  }
  if (target !== undefined && !/^\d+(?:\.\d+)+$/.test(target)) {
    throw new UserError(`--target ${target}: not a version of PostgreSQL`, {
      hint: 'For example --target 15.20',
    });
  }
  return {
    ...(target === undefined ? {} : { target }),
    ...(candidate === undefined ? {} : { candidate }),
    ...(window === undefined ? {} : { window }),
    ...(primaryMethod === undefined ? {} : { primaryMethod }),
    ...(promoteCommand === undefined ? {} : { promoteCommand }),
    packages: (flags.packages ?? []).flatMap((names) => names.split(',').map((name) => name.trim())),
    includePatroni: flags['include-patroni'],
    supervisedPrimary: flags['supervised-primary'],
    switchback: flags.switchback,
    downloadOnly: flags['download-only'],
    proxies,
    drain: drain as UpgradeSettings['drain'],
    forceDrain: flags['force-drain'],
    maxLag: readSize('--max-lag', flags['max-lag']),
    maxTransactionMs: readDuration('--max-xact', flags['max-xact']),
    drainMs: readDuration('--drain-timeout', flags['drain-timeout']),
    restartMs: readDuration('--restart-timeout', flags['restart-timeout']),
    nodeMs: readDuration('--node-timeout', flags['node-timeout']),
    switchoverMs: readDuration('--switchover-timeout', flags['switchover-timeout']),
    soakMs: readDuration('--soak', flags.soak),
    parallelClusters: readCount('--parallel-clusters', flags['parallel-clusters'], 1)!,
    maxFailures: readFailureBudget(flags['max-failures'], session.chosen.nodes.length),
    waivers: readWaivers(flags.waive ?? []),
    backupAgeMs: readDuration('--max-backup-age', flags['max-backup-age']),
    barman: await evaluateAll(session, flags.barman ?? []),
    allowDowntime: flags['allow-downtime'],
    ...readProbe(flags),
  };
}

/** @throws UserError for an address that is none, before anything is contacted */
function readProbe(flags: UpgradePlanFlags): Pick<UpgradeSettings, 'probe' | 'probeDsn'> {
  const dsn = flags['probe-dsn'];
  if (dsn === undefined) return { probe: flags.probe as UpgradeSettings['probe'] };
  readProbeDsn(dsn, 'cluster');
  return { probe: 'table', probeDsn: dsn };
}

async function evaluateAll(session: RunSession, sets: readonly string[]): Promise<string[]> {
  const options = { resolver: session.groups, allowEmpty: false, blanksSeparate: true };
  const nodes = await Promise.all(sets.map((set) => evaluateInOrder(set, options)));
  return [...new Set(nodes.flat())];
}

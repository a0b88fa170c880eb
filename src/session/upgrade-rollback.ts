import { ExitCode, UserError } from '../errors.ts';
import { openJournal } from '../journal/open-journal.ts';
import { planHash } from '../rolling/plan-hash.ts';
import { rollbackPlan, type RollbackSpec } from '../upgrade/rollback-plan.ts';
import type { UpgradeSpec } from '../upgrade/upgrade-spec.ts';
import { asRun, type ReachFlags } from './as-run.ts';
import { confirmChange } from './cluster-session.ts';
import { openRunSession } from './open-session.ts';
import { noReach } from './resume.ts';
import { type RollingWork, startRolling } from './rolling-run.ts';
import { readSurroundings } from './surroundings.ts';
import { lastUpgrade } from './upgrade-status.ts';

/** `muster upgrade rollback-node NODE`. Gives the exit status. */
export async function rollbackNode(
  node: string,
  flags: { readonly run: string | undefined; readonly yes: boolean; readonly json: boolean },
  argv: readonly string[],
): Promise<number> {
  const { stateFolder: folder, host } = readSurroundings();
  const journal = openJournal({ folder, host, onProblem: () => {} });
  const id = flags.run ?? (await lastUpgrade());
  const { rolling, state } = await journal.show(id);
  const spec = rolling?.plan.spec as (UpgradeSpec & { readonly reach?: Partial<ReachFlags> }) | undefined;
  const cluster =
    spec?.kind === 'upgrade' ? spec.batches.flat().find((plan) => plan.nodes[node] !== undefined) : undefined;
  if (spec === undefined || cluster === undefined || cluster.nodes[node]!.changes.length === 0) {
    throw new UserError(`that upgrade did not change packages of ${node}`, {
      code: 'NOT_UPGRADED',
      exitCode: ExitCode.refused,
      hint: 'muster runs list shows all runs; --run names another upgrade.',
    });
  }
  const reach = asRun({ ...noReach, ...spec.reach, nodes: [node] });
  const session = await openRunSession(reach, argv);
  const { changes } = cluster.nodes[node]!;
  await confirmChange(
    session,
    `Bring ${node} back to ${changes.map(({ name, from }) => `${name} ${from}`).join(', ')}?`,
    flags.yes,
  );
  const rollback: RollbackSpec = {
    kind: 'upgrade-rollback',
    settings: spec.settings,
    cluster,
    node,
    ...(state === 'finished' ? {} : { upgrade: id }),
  };
  return startRolling(session, reach, rollbackWork(rollback, planHash(rollback)), {
    mode: flags.json ? 'json' : 'text',
  });
}

/** A rollback, from its specification: also on resume. */
export function rollbackWork(spec: RollbackSpec, hash: string): RollingWork {
  return {
    title: `rollback of ${spec.node} to PostgreSQL ${spec.cluster.nodes[spec.node]!.running}`,
    spec,
    hash,
    plan: (tools) => rollbackPlan(spec, { ...tools, interrupted: () => {} }),
    summary: (end) => (end.kind === 'done' ? waitingUpgrade(spec) : undefined),
    options: () => ({ parallel: 1, maxFailures: 0, onFailure: 'stop', confirmEach: 'none' }),
  };
}

/** What becomes of an upgrade that a rollback was made in the middle of. */
function waitingUpgrade({ node, upgrade }: RollbackSpec): string | undefined {
  if (upgrade === undefined) return undefined;
  return [
    `The upgrade is not finished. To end it, and plan anew later: muster upgrade abort ${upgrade}`,
    `To upgrade ${node} again with the others: muster upgrade resume ${upgrade} --run-again ${node}/install --run-again ${node}/restart`,
  ].join('\n');
}

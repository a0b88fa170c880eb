import { UserError } from '../errors.ts';
import type { RollSpec } from '../workflow/roll-spec.ts';
import type { RollbackSpec } from '../upgrade/rollback-plan.ts';
import type { UpgradeSpec } from '../upgrade/upgrade-spec.ts';
import type { RollingWork } from './rolling-run.ts';

/**
 * The work a journal's specification stands for.
 * @throws UserError for a kind this muster does not know
 */
export async function workOf(spec: { readonly kind: string }, hash: string): Promise<RollingWork> {
  if (spec.kind === 'roll') {
    const { rollWork } = await import('./roll-work.ts');
    return rollWork(spec as RollSpec, hash);
  }
  if (spec.kind === 'upgrade') {
    const { upgradeWork } = await import('./upgrade-work.ts');
    return upgradeWork(spec as UpgradeSpec, hash);
  }
  if (spec.kind === 'upgrade-rollback') {
    const { rollbackWork } = await import('./upgrade-rollback.ts');
    return rollbackWork(spec as RollbackSpec, hash);
  }
  throw new UserError(`a run of kind ${JSON.stringify(spec.kind)} cannot be resumed by this muster`, {
    hint: 'Use the version that began it, or a newer one.',
  });
}

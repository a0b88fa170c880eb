import type { PackageChange } from '../packages/package-driver.ts';
import type { MemberFacts } from '../patroni/member.ts';

/** The package, on Debian as from PGDG. */
export const patroniPackage = 'patroni';

/**
 * The Patroni a member runs after packages changed and its service was restarted: `4.0.7`; undefined: the one that
 * runs now.
 */
export function patroniAfter(
  { patroniInstalled, patroniIsCurrent }: MemberFacts,
  changes: readonly PackageChange[],
): string | undefined {
  const change = changes.find(({ name }) => name === patroniPackage);
  // 1:4.0.7-3~deb13u1: epoch, version, revision.
  if (change !== undefined) return change.to.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
  return patroniIsCurrent ? undefined : (patroniInstalled ?? undefined);
}

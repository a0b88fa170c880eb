import { UserError } from '../../errors.ts';
import { isReplication } from '../../replication/replication-cluster.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import type { UpgradeSettings } from '../settings.ts';
import { accessChecks } from './access.ts';
import { backupChecks } from './backup.ts';
import type { Check } from './check.ts';
import { clusterChecks } from './cluster.ts';
import { packageChecks } from './packages.ts';
import { patroniChecks } from './patroni.ts';
import { plainChecks, withoutPatroni } from './plain.ts';
import { proxyChecks } from './proxies.ts';
import { serverChecks } from './server.ts';

/** Every check of a Patroni cluster, by its id. */
const allChecks: readonly Check[] = [
  ...accessChecks,
  ...clusterChecks,
  ...serverChecks,
  ...packageChecks,
  ...patroniChecks,
  ...backupChecks,
  ...proxyChecks,
].toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** Of servers without Patroni: some checks ask something else there, some have no meaning. */
const replicationChecks: readonly Check[] = withoutPatroni(allChecks);

function checksOf({ cluster }: ClusterFacts): readonly Check[] {
  return isReplication(cluster) ? replicationChecks : allChecks;
}

/** Every id a waiver may name. */
const allIds = [...new Set([...allChecks, ...plainChecks].map(({ id }) => id))].toSorted();

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly result: 'ok' | 'warning' | 'refused' | 'waived';
  readonly objections: readonly string[];
  /** Why somebody waived it. */
  readonly reason?: string;
}

/** @param checks by cluster */
export function anyRefused(checks: ReadonlyMap<string, readonly CheckResult[]>): boolean {
  return [...checks.values()].flat().some(({ result }) => result === 'refused');
}

/** Asks all checks, or those that count again before a switchover. */
export function runChecks(
  facts: ClusterFacts,
  settings: UpgradeSettings,
  now: Date,
  which: 'all' | 'before-switchover' = 'all',
): CheckResult[] {
  return checksOf(facts)
    .filter(({ beforeSwitchover }) => which === 'all' || beforeSwitchover === true)
    .map((check) => {
      const found = check.test(facts, settings, now);
      const { id, title } = check;
      const objections = found.map(({ text }) => text);
      const refused = found.some(({ level }) => level === 'refuse');
      const reason = settings.waivers[id];
      if (refused && reason !== undefined) return { id, title, result: 'waived', objections, reason };
      return { id, title, result: refused ? 'refused' : found.length > 0 ? 'warning' : 'ok', objections };
    });
}

/**
 * `P06=bulk load until noon` as id and reason.
 * @throws UserError for an id no check has, and for a reason nobody gave
 */
export function readWaivers(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, id, reason] = /^\s*(P\d+)\s*=\s*(\S.*)$/i.exec(text) ?? [];
      if (id === undefined || !allIds.includes(id.toUpperCase())) {
        throw new UserError(`--waive ${JSON.stringify(text)}: not a check and a reason`, {
          hint: `For example --waive 'P15=backup taken by hand'. Checks: ${allIds.join(' ')}`,
        });
      }
      return [id.toUpperCase(), reason!.trim()];
    }),
  );
}

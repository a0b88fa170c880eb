import type { PackageFacts } from '../../packages/package-driver.ts';
import type { ClusterMember } from '../../patroni/cluster.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import type { CheckFacts } from '../server-sql.ts';
import type { UpgradeSettings } from '../settings.ts';

/** One reason not to begin, or to think twice. */
export interface Objection {
  readonly level: 'refuse' | 'warn';
  readonly text: string;
}

/** One question to a cluster before it is upgraded. It only looks at facts. */
export interface Check {
  /** Never changes its meaning: `--waive P06=reason` names it. */
  readonly id: string;
  /** What is so when nothing is objected. */
  readonly title: string;
  /** Also asked again before a switchover. */
  readonly beforeSwitchover?: boolean;
  test(facts: ClusterFacts, settings: UpgradeSettings, now: Date): Objection[];
}

export const refuse = (text: string): Objection => ({ level: 'refuse', text });
export const warn = (text: string): Objection => ({ level: 'warn', text });

/** Package facts of every node that has some. */
export function packagesByNode({ packages }: ClusterFacts): [string, PackageFacts][] {
  return [...packages].filter((entry): entry is [string, PackageFacts] => typeof entry[1] !== 'string');
}

/** What every server that answers says. */
export function serversByNode({ servers }: ClusterFacts): [string, CheckFacts][] {
  return [...servers].filter((entry): entry is [string, CheckFacts] => typeof entry[1] !== 'string');
}

export function replicasOf({ cluster }: ClusterFacts): ClusterMember[] {
  return cluster.members.filter((member) => member !== cluster.leader);
}

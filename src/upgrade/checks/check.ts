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

/** The answers by node, without those of whom only a text says why there is none. */
export function known<T extends object>(answers: ReadonlyMap<string, T | string>): [string, T][] {
  return [...answers].filter((entry): entry is [string, T] => typeof entry[1] !== 'string');
}

/** Package facts of every node that has some. */
export function packagesByNode({ packages }: ClusterFacts): [string, PackageFacts][] {
  return known(packages);
}

/** What every server that answers says. */
export function serversByNode({ servers }: ClusterFacts): [string, CheckFacts][] {
  return known(servers);
}

export function replicasOf({ cluster }: ClusterFacts): ClusterMember[] {
  return cluster.members.filter((member) => member !== cluster.leader);
}

import type { PooledMember } from '../haproxy/pools.ts';
import type { PackageChange, PackageFacts } from '../packages/package-driver.ts';
import type { UpgradeSettings } from './settings.ts';

/** All that a rolling upgrade is made from: kept in its journal, and what its plan's hash is of. */
export interface UpgradeSpec {
  readonly kind: 'upgrade';
  readonly settings: UpgradeSettings;
  /** Clusters side by side; a batch begins when the one before is done. */
  readonly batches: readonly (readonly ClusterPlan[])[];
}

/** What is done to one cluster. Members are named by their nodes. */
export interface ClusterPlan {
  readonly name: string;
  readonly members: readonly PooledMember[];
  readonly leader: string;
  /** Who leads after the switchover; null: there is none. */
  readonly candidate: string | null;
  /** Replicas in the order they are upgraded. */
  readonly replicas: readonly string[];
  readonly manager: PackageFacts['manager'];
  /** PostgreSQL's: `15.20`. */
  readonly target: string;
  /** By node; a node without is not touched. */
  readonly nodes: Readonly<Record<string, NodePlan>>;
  /** The proxies that know it. */
  readonly proxies: readonly string[];
  readonly synchronous: boolean;
  /** Of servers without Patroni. */
  readonly plain?: PlainPlan;
}

/** What restarts each server, and where its log is; by node. */
export interface PlainPlan {
  readonly servers: Readonly<Record<string, { readonly unit: string; readonly log: string | null }>>;
}

export interface NodePlan {
  /** What runs: `15.18`. */
  readonly running: string;
  /** Patroni's version after it, when that is upgraded, too. */
  readonly patroni?: string;
  /** Empty: everything is installed, only the restart is missing. */
  readonly changes: readonly PackageChange[];
}

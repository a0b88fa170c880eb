import type { FileTree } from './file-tree.ts';
import type { Job } from './sh/job.ts';

/** A Patroni cluster of the demo; its members share this one object. */
export interface DemoCluster {
  /** Patroni's scope, `pg69`. */
  readonly scope: string;
  readonly members: DemoNode[];
  /** The name of the member that is the leader. */
  leader: string;
  timeline: number;
}

export interface DemoPackage {
  readonly name: string;
  installed: string;
  readonly candidate: string;
  readonly summary: string;
}

export interface DemoService {
  readonly name: string;
  readonly description: string;
  active: boolean;
  startedAt: Date;
  mainPid: number;
}

/** One machine of the demo fleet: all it is lives in this object, in memory. */
export interface DemoNode {
  readonly name: string;
  readonly address: string;
  readonly kernel: { readonly release: string; readonly build: string };
  /** How much longer than the fleet's latency it takes to answer, in milliseconds. */
  readonly slownessMs: number;
  readonly bootedAt: Date;
  readonly files: FileTree;
  /** Absent on proxies. */
  readonly cluster?: DemoCluster;
  readonly packages: DemoPackage[];
  readonly services: Map<string, DemoService>;
  /** Settings of PostgreSQL that `show` knows, but the version, which is that of the running server. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the running server says; what is installed may be newer. */
  serverVersion: string;
  packageListsAt: Date;
  /** Held while apt-get runs. */
  packageLock: boolean;
  /** Everything that runs here, to be ended with the fleet. */
  readonly jobs: Set<Job>;
}

import type { BarmanServer } from '../barman/ask-barman.ts';
import type { ProxyAnswer } from '../haproxy/ask-proxy.ts';
import type { NodeAddresses } from '../keepalived/ask-addresses.ts';
import type { PackageFacts } from '../packages/package-driver.ts';
import type { Cluster } from '../patroni/cluster.ts';
import type { ReleaseNote } from '../versions/release-data.ts';
import type { ClockReading } from './clock.ts';
import type { CheckFacts } from './server-sql.ts';

export interface BarmanAnswer {
  readonly host: string;
  /** A text: why it did not say. */
  readonly servers: readonly BarmanServer[] | string;
}

/** Everything known of one cluster before it is upgraded. Maps are by node. */
export interface ClusterFacts {
  readonly cluster: Cluster;
  readonly packages: ReadonlyMap<string, PackageFacts | string>;
  readonly servers: ReadonlyMap<string, CheckFacts | string>;
  /** The proxies that know a member of this cluster, or do not answer. */
  readonly proxies: readonly ProxyAnswer[];
  /** Release notes that apply to this upgrade, with whether their query found something; null: could not be asked. */
  readonly notes: readonly { readonly note: ReleaseNote; readonly found: boolean | null }[];
  /** What the Barman hosts say, all their servers. */
  readonly barman: readonly BarmanAnswer[];
  /** keepalived's addresses, of members and proxies; a text: why it did not say. */
  readonly addresses: ReadonlyMap<string, NodeAddresses | string>;
  /** Of every node that was asked; a text: why it did not say. */
  readonly clocks: ReadonlyMap<string, ClockReading | string>;
}

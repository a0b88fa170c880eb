import type { ProxyAnswer } from '../haproxy/ask-proxy.ts';
import type { PackageFacts } from '../packages/package-driver.ts';
import type { Cluster } from '../patroni/cluster.ts';
import type { ReleaseNote } from '../versions/release-data.ts';
import type { CheckFacts } from './server-sql.ts';

/** Everything known of one cluster before it is upgraded. Maps are by node. */
export interface ClusterFacts {
  readonly cluster: Cluster;
  readonly packages: ReadonlyMap<string, PackageFacts | string>;
  readonly servers: ReadonlyMap<string, CheckFacts | string>;
  /** The proxies that know a member of this cluster, or do not answer. */
  readonly proxies: readonly ProxyAnswer[];
  /** Release notes that apply to this upgrade, with whether their query found something; null: could not be asked. */
  readonly notes: readonly { readonly note: ReleaseNote; readonly found: boolean | null }[];
  /** This machine's clock when the nodes were asked, seconds since 1970. */
  readonly askedAt: number;
}

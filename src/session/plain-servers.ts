import type { Cluster, Clusters } from '../patroni/cluster.ts';
import type { CollectOptions } from '../patroni/collect.ts';
import type { NotMember } from '../patroni/read-member.ts';
import { findReplication } from '../replication/find-clusters.ts';
import { type ClusterSession, requireMembers } from './cluster-session.ts';

/**
 * The clusters of the chosen nodes, whatever manages them.
 * @param driver `auto`: nodes without any Patroni are asked for servers of their own
 * @throws UserError when a node has neither, or does not answer
 */
export async function findUpgradable(
  clusters: ClusterSession,
  driver: 'auto' | 'patroni' | 'pg',
): Promise<readonly Cluster[]> {
  if (driver === 'pg')
    return requireMembers(await findReplication(clusters.session.chosen.nodes, optionsOf(clusters)));
  const found = await clusters.ask();
  if (driver === 'patroni') return requireMembers(found);
  return requireMembers(await addPlainServers(clusters, found));
}

/** Adds the clusters that nodes without Patroni make; a node that has no server either says so. */
export async function addPlainServers(clusters: ClusterSession, found: Clusters): Promise<Clusters> {
  const absent = found.others.filter((other) => other.absent).map(({ node }) => node);
  if (absent.length === 0) return found;
  const plain = await findReplication(absent, optionsOf(clusters));
  const neither = plain.others.map(({ node, why }): NotMember => ({
    node,
    why: `no Patroni, and ${why}`,
    absent: true,
  }));
  return {
    clusters: [...found.clusters, ...plain.clusters],
    others: [...found.others.filter((other) => !other.absent), ...neither],
  };
}

function optionsOf({ session, executor, interrupts }: ClusterSession): CollectOptions {
  const { fanout, commandTimeoutMs } = session.settings;
  return { executor, fanout, signal: interrupts.signal, timeoutMs: commandTimeoutMs || 60_000 };
}

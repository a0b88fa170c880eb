import type { Cluster } from '../patroni/cluster.ts';
import { isReplication } from '../replication/replication-cluster.ts';
import type { UpgradeSettings } from './settings.ts';

/**
 * Whether the leader is restarted where it is: because that was asked for, or because nothing hands the leadership over.
 * Its clients see it either way.
 */
export function isInPlace(cluster: Cluster, { primaryMethod, promoteCommand }: UpgradeSettings): boolean {
  if (primaryMethod !== undefined) return primaryMethod === 'restart';
  return isReplication(cluster) && promoteCommand === undefined;
}

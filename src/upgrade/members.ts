import type { PooledMember } from '../haproxy/pools.ts';
import type { ClusterMember } from '../patroni/cluster.ts';

/** A member as proxies may know it. */
export function pooled({ name, node, seen }: ClusterMember): PooledMember {
  return { name, node: node ?? name, host: seen?.host ?? null };
}

/** A member's node; members that were not asked have none, and P02 has refused them. */
export function nodeOf({ name, node }: ClusterMember): string {
  return node ?? name;
}

import { isAnswer } from '../haproxy/pools.ts';
import { planBatches } from '../run/batches.ts';
import { known } from './checks/check.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { targetOf } from './collect-facts.ts';
import { patroniAfter } from './patroni-after.ts';
import { nodeOf, pooled } from './members.ts';
import { orderCluster } from './order.ts';
import { isInPlace } from './in-place.ts';
import { isReplication, type ReplicationCluster } from '../replication/replication-cluster.ts';
import type { UpgradeSettings } from './settings.ts';
import type { ClusterPlan, NodePlan, PlainPlan, UpgradeSpec } from './upgrade-spec.ts';

/**
 * The plan of an upgrade from what was found. Clusters with nothing to do are left out.
 * @param sizes of batches of clusters: `1,10%,100%`
 */
export function makeSpec(
  facts: readonly ClusterFacts[],
  settings: UpgradeSettings,
  sizes: string | undefined,
): UpgradeSpec {
  const plans = facts.flatMap((one) => planCluster(one, settings) ?? []);
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  const batches = plans.length === 0 ? [] : planBatches([...byName.keys()], sizes);
  return {
    kind: 'upgrade',
    settings,
    batches: batches.map((names) => names.map((name) => byName.get(name)!)),
  };
}

function planCluster(facts: ClusterFacts, settings: UpgradeSettings): ClusterPlan | undefined {
  const { cluster, packages } = facts;
  const nodes: Record<string, NodePlan> = {};
  let manager: ClusterPlan['manager'] = 'apt';
  let target = targetOf(packages);
  for (const { node, facts: own } of cluster.members) {
    if (node === null || own === null) continue;
    const answer = packages.get(node);
    if (typeof answer !== 'object') continue;
    ({ manager } = answer);
    const waits =
      own.replaced === true && own.serverInstalled !== null && own.serverInstalled !== own.serverVersion;
    const patroni = settings.includePatroni ? patroniAfter(own, answer.changes) : undefined;
    if (answer.changes.length === 0 && !waits && patroni === undefined) continue;
    target ??= own.serverInstalled ?? undefined;
    nodes[node] = {
      running: own.serverVersion ?? '?',
      ...(patroni === undefined ? {} : { patroni }),
      changes: answer.changes,
    };
  }
  const { leader } = cluster;
  if (Object.keys(nodes).length === 0 || target === undefined || leader === null) return undefined;
  const { replicas, candidate } = orderCluster(
    cluster,
    settings.maxLag,
    settings.candidate,
    holdersOf(facts),
  );
  return {
    name: cluster.name,
    members: cluster.members.map(pooled),
    leader: nodeOf(leader),
    candidate: isInPlace(cluster, settings) ? null : candidate,
    replicas,
    manager,
    target,
    nodes,
    proxies: facts.proxies.filter(isAnswer).map(({ proxy }) => proxy),
    synchronous: cluster.synchronous.on,
    ...(isReplication(cluster) ? { plain: { servers: plainServers(cluster) } } : {}),
  };
}

/** Nodes that hold a virtual address of keepalived. */
function holdersOf({ addresses }: ClusterFacts): Set<string> {
  const nodes = known(addresses);
  const virtual = new Set(nodes.flatMap(([, one]) => one.virtual));
  return new Set(
    nodes.filter(([, { held }]) => held.some((address) => virtual.has(address))).map(([node]) => node),
  );
}

/** Servers whose unit is not known are refused by P33. */
function plainServers({ servers }: ReplicationCluster): PlainPlan['servers'] {
  return Object.fromEntries(
    Object.entries(servers).flatMap(([node, { unit, log }]) =>
      unit === null ? [] : [[node, { unit, log }]],
    ),
  );
}

import type { FleetHost, FleetPlan } from '../shape.ts';
import { waitFor } from '../wait-for.ts';
import { waitForCluster } from './cluster-health.ts';
import { waitForPlain } from './plain-health.ts';
import { sshReady } from './ssh-ready.ts';

/** Waits until every host takes logins and every cluster is healthy; answers the leaders of Patroni's clusters. */
export async function waitForFleet(plan: FleetPlan, within = 90_000): Promise<string[]> {
  const [leaders] = await Promise.all([
    Promise.all(plan.clusters.map((cluster) => waitForCluster(cluster, plan.shape.sync, within))),
    Promise.all(plan.hosts.map((host) => waitForSsh(host, within))),
    Promise.all(plan.plain.map((cluster) => waitForPlain(cluster, within))),
  ]);
  return leaders;
}

/** Waits until the host's sshd takes logins. */
export async function waitForSsh(host: FleetHost, within = 30_000): Promise<void> {
  await waitFor(`${host.name} takes logins`, { within }, () => sshReady(host));
}

import { hostKeys } from './access/keys.ts';
import type { FleetFolders } from './folders.ts';
import { plugHost } from './host/cable.ts';
import { enterHost } from './host/enter.ts';
import { emptyUpperLayer, forgetSnapshots, freezeUpperLayers, snapshotNumbers } from './host/layers.ts';
import { powerOff } from './host/power.ts';
import { forgetShape, writeShape } from './live-folder.ts';
import { mustRun } from './program.ts';
import type { Progress } from './progress.ts';
import { seedHost } from './roles/seed-host.ts';
import type { FleetCluster, FleetPlan, PlainCluster } from './shape.ts';
import { waitForFleet } from './state/fleet-health.ts';
import { waitForPlain } from './state/plain-health.ts';
import { waitForCluster } from './state/cluster-health.ts';
import { startAll } from './up.ts';

/** Remembers the whole fleet as it is, for `reset`; it must be healthy, and is away while this is done. */
export async function snapshot(folders: FleetFolders, plan: FleetPlan, progress: Progress): Promise<number> {
  await waitForFleet(plan);
  progress('stopping the clusters, primaries last');
  await Promise.all(plan.clusters.map((cluster) => stopInOrder(cluster)));
  await Promise.all(plan.plain.map((cluster) => stopPlain(cluster)));
  await stopUnit(plan.etcd.name, 'etcd');
  await Promise.all(plan.hosts.map((host) => powerOff(host)));
  await forgetShape(folders);
  const number = await freezeUpperLayers(folders, plan.hosts);
  await writeShape(folders, plan.shape);
  progress(`snapshot ${number} taken`);
  await startAll(folders, plan, progress);
  return number;
}

export interface ResetOptions {
  /** Forget the snapshots: every host as new. */
  readonly asNew?: boolean;
}

/** Every host as of the last snapshot, or as new when there is none; all on, all plugged in. */
export async function reset(
  folders: FleetFolders,
  plan: FleetPlan,
  progress: Progress,
  options: ResetOptions = {},
): Promise<void> {
  await forgetShape(folders);
  await Promise.all(plan.hosts.map((host) => powerOff(host)));
  if (options.asNew === true) {
    await forgetSnapshots(folders);
  }
  const asNew = (await snapshotNumbers(folders)).length === 0;
  progress(asNew ? 'making all hosts new' : 'going back to the last snapshot');
  await Promise.all(
    plan.hosts.map(async (host) => {
      await plugHost(folders, host);
      await emptyUpperLayer(folders, host);
      if (asNew) {
        await seedHost(folders, plan, host, await hostKeys(folders, host));
      }
    }),
  );
  await writeShape(folders, plan.shape);
  await startAll(folders, plan, progress);
}

/** The primary last: then it gives the leader key back, and nobody waits for a ttl at the next start. */
async function stopInOrder(cluster: FleetCluster): Promise<void> {
  const leader = await waitForCluster(cluster);
  const replicas = cluster.members.filter((member) => member.name !== leader);
  await Promise.all(replicas.map((replica) => stopUnit(replica.name, 'patroni')));
  await stopUnit(leader, 'patroni');
}

/** The primary first: it ends when all others have everything. */
async function stopPlain(cluster: PlainCluster): Promise<void> {
  const primary = await waitForPlain(cluster);
  await stopUnit(primary, 'postgresql@15-main');
  const others = cluster.members.filter((member) => member.name !== primary);
  await Promise.all(others.map((member) => stopUnit(member.name, 'postgresql@15-main')));
}

async function stopUnit(host: string, unit: string): Promise<void> {
  const [program, ...args] = await enterHost(host, `systemctl stop ${unit}`);
  await mustRun(program!, args);
}

import { isDeepStrictEqual } from 'node:util';
import { writeFile } from 'node:fs/promises';

import { UserError } from '../../src/errors.ts';
import { writeClustershellFolder } from './access/clustershell.ts';
import { hostKeys, makeIdentity } from './access/keys.ts';
import { knownHosts, sshConfig } from './access/ssh-files.ts';
import { requireBuild } from './build/build.ts';
import { down } from './down.ts';
import type { FleetFolders } from './folders.ts';
import { emptyUpperLayer } from './host/layers.ts';
import { powerOn } from './host/power.ts';
import { makeSwitch } from './host/switch.ts';
import { allowWatchers } from './host/watchers.ts';
import { mountLiveFolder, readShape, writeShape } from './live-folder.ts';
import type { Progress } from './progress.ts';
import { seedHost } from './roles/seed-host.ts';
import { type FleetPlan, type FleetShape, planFleet } from './shape.ts';
import { waitForEtcd } from './state/etcd-health.ts';
import { waitForFleet } from './state/fleet-health.ts';

/** Brings a fleet of this shape up and waits until it is healthy; starts what is off when it is up already. */
export async function up(folders: FleetFolders, shape: FleetShape, progress: Progress): Promise<FleetPlan> {
  const plan = planFleet(shape);
  const running = await readShape(folders);
  if (running !== undefined && !isDeepStrictEqual(running, shape)) {
    throw new UserError(`a fleet of another shape is up: ${JSON.stringify(running)}`, {
      hint: 'Take it down first: bin/node test/fleet/fleet.ts down',
    });
  }
  if (running === undefined) {
    await makeFleet(folders, plan, progress);
  }
  await startAll(folders, plan, progress);
  return plan;
}

/** Starts all hosts that are off and waits until the fleet is healthy. */
export async function startAll(folders: FleetFolders, plan: FleetPlan, progress: Progress): Promise<void> {
  progress(`starting ${plan.hosts.length} hosts`);
  // A Patroni that finds no etcd asks again only after five seconds.
  await powerOn(folders, plan.etcd);
  await waitForEtcd(plan.etcd);
  await Promise.all(plan.hosts.map((host) => powerOn(folders, host)));
  progress('waiting for primaries, streaming replicas and proxies');
  const leaders = await waitForFleet(plan);
  progress(`up, led by ${leaders.join(' ')}`);
}

async function makeFleet(folders: FleetFolders, plan: FleetPlan, progress: Progress): Promise<void> {
  await requireBuild(folders);
  // What a killed `up` may have left.
  await down(folders);
  progress('making the network, keys and disks');
  await mountLiveFolder(folders);
  await allowWatchers();
  await makeSwitch();
  await makeIdentity(folders);
  const publicKeys = new Map<string, string>();
  await Promise.all(
    plan.hosts.map(async (host) => {
      const keys = await hostKeys(folders, host);
      publicKeys.set(host.name, keys.publicKey);
      await emptyUpperLayer(folders, host);
      await seedHost(folders, plan, host, keys);
    }),
  );
  await writeFile(folders.access.sshConfig, sshConfig(plan, folders.access));
  await writeFile(folders.access.knownHosts, knownHosts(plan, publicKeys));
  await writeClustershellFolder(plan, folders.access);
  await writeShape(folders, plan.shape);
}

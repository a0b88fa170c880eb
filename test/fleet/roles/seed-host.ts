import type { FleetFolders } from '../folders.ts';
import { upperLayer } from '../host/layers.ts';
import { seedLayer, type SeedFile } from '../host/seed.ts';
import { clusterOf, type FleetHost, type FleetPlan } from '../shape.ts';
import { etcdFiles } from './etcd.ts';
import { everyHostFiles, type HostKeys } from './every-host.ts';
import { haproxyFiles } from './haproxy.ts';
import { patroniFiles } from './patroni.ts';
import { postgresqlFiles } from './postgresql.ts';

/** Writes what makes a base this host into its (empty) upper layer. */
export async function seedHost(
  folders: FleetFolders,
  plan: FleetPlan,
  host: FleetHost,
  keys: HostKeys,
): Promise<void> {
  const files = [...everyHostFiles(plan, host, keys), ...roleFiles(plan, host)];
  await seedLayer(upperLayer(folders, host), folders.base, files);
}

function roleFiles(plan: FleetPlan, host: FleetHost): SeedFile[] {
  const plain = plan.plain.find(({ members }) => members.includes(host));
  if (plain !== undefined) {
    return postgresqlFiles(plain, host);
  }
  const cluster = clusterOf(plan, host);
  if (cluster === undefined) {
    return etcdFiles(host);
  }
  return host.role === 'haproxy' ? haproxyFiles(cluster) : patroniFiles(plan, cluster, host);
}

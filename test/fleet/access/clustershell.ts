import { mkdir, writeFile } from 'node:fs/promises';

import type { AccessFiles } from '../folders.ts';
import type { FleetHost, FleetPlan } from '../shape.ts';

/** Writes the folder for CLUSTERSHELL_CFGDIR: groups @patroni, @etcd, @haproxy and the source cluster. */
export async function writeClustershellFolder(plan: FleetPlan, access: AccessFiles): Promise<void> {
  const folder = access.clustershell;
  await mkdir(`${folder}/groups.d`, { recursive: true });
  await writeFile(`${folder}/groups.d/fleet.yaml`, groupsYaml(plan));
  // The machine's own groups.conf is read as well; its source `local` complains when this file is missing.
  await writeFile(`${folder}/groups.d/local.cfg`, '');
  await writeFile(`${folder}/groups.conf`, `[Main]\ndefault: roles\nautodir: ${folder}/groups.d\n`);
  await writeFile(`${folder}/clush.conf`, `[Main]\nssh_options: -F ${access.sshConfig}\n`);
}

function groupsYaml(plan: FleetPlan): string {
  const byRole = (role: FleetHost['role']): string => nodes(plan.hosts.filter((host) => host.role === role));
  const roles = [`  patroni: '${byRole('patroni')}'`, `  etcd: '${byRole('etcd')}'`];
  if (plan.shape.proxies > 0) {
    roles.push(`  haproxy: '${byRole('haproxy')}'`);
  }
  // Quoted names: ClusterShell refuses numbers.
  const clusters = plan.clusters.map((cluster) => `  '${cluster.name}': '${nodes(cluster.members)}'`);
  return ['roles:', ...roles, 'cluster:', ...clusters, ''].join('\n');
}

function nodes(hosts: readonly FleetHost[]): string {
  return hosts.map((host) => host.name).join(',');
}

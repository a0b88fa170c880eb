import { mkdir, writeFile } from 'node:fs/promises';

import type { AccessFiles } from '../folders.ts';
import type { FleetHost, FleetPlan } from '../shape.ts';

/** Writes the folder for CLUSTERSHELL_CFGDIR: groups @patroni, @etcd, @haproxy, @postgresql and the sources cluster and plain. */
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
  const used = (['patroni', 'etcd', 'haproxy', 'postgresql'] as const).filter((role) => byRole(role) !== '');
  const roles = used.map((role) => `  ${role}: '${byRole(role)}'`);
  // Quoted names: ClusterShell refuses numbers.
  const clusters = plan.clusters.map((cluster) => `  '${cluster.name}': '${nodes(cluster.members)}'`);
  const plain = plan.plain.map(({ name, members }) => `  '${name}': '${nodes(members)}'`);
  const sources = [
    ['roles:', ...roles],
    ['cluster:', ...clusters],
    ['plain:', ...plain],
  ];
  return `${sources
    .filter((lines) => lines.length > 1)
    .flat()
    .join('\n')}\n`;
}

function nodes(hosts: readonly FleetHost[]): string {
  return hosts.map((host) => host.name).join(',');
}

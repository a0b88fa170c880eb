import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DemoNode } from './node.ts';

/** A node and where it can be reached. */
export interface ListeningNode {
  readonly node: DemoNode;
  readonly port: number;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
}

export interface FleetFiles {
  readonly sshConfigPath: string;
  readonly configFolder: string;
}

/** Writes what a client needs into the fleet's folder: ssh_config, known_hosts, the key, ClusterShell's groups. */
export function writeFleetFiles(
  folder: string,
  privateKey: string,
  nodes: readonly ListeningNode[],
): FleetFiles {
  const sshConfigPath = join(folder, 'ssh_config');
  const configFolder = join(folder, 'clustershell');
  writeFileSync(join(folder, 'id_ed25519'), privateKey, { mode: 0o600 });
  writeFileSync(
    join(folder, 'known_hosts'),
    nodes.map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}\n`).join(''),
    { mode: 0o600 },
  );
  writeFileSync(sshConfigPath, sshConfig(folder, nodes), { mode: 0o600 });
  mkdirSync(join(configFolder, 'groups.d'), { recursive: true });
  writeFileSync(join(configFolder, 'groups.conf'), groupsConf);
  writeFileSync(join(configFolder, 'groups.d', 'demo.yaml'), groupsYaml(nodes));
  return { sshConfigPath, configFolder };
}

function sshConfig(folder: string, nodes: readonly ListeningNode[]): string {
  const hosts = nodes.map(({ node, port }) => `Host ${node.name}\n  Port ${port}\n`);
  return `# The fleet of muster demo. Everything in this folder is thrown away when the demo ends.
${hosts.join('')}
Host *
  HostName 127.0.0.1
  User demo
  IdentityFile ${quotedPath(join(folder, 'id_ed25519'))}
  IdentitiesOnly yes
  IdentityAgent none
  PreferredAuthentications publickey
  UserKnownHostsFile ${quotedPath(join(folder, 'known_hosts'))}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`;
}

/** As one word of ssh_config, where `%` begins a token. */
function quotedPath(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}

const groupsConf = `# The groups of muster demo. $CFGDIR is this folder.
[Main]
default: roles
confdir: $CFGDIR/groups.conf.d
autodir: $CFGDIR/groups.d
`;

function groupsYaml(nodes: readonly ListeningNode[]): string {
  const roles = new Map<string, string[]>();
  const clusters = new Map<string, string[]>();
  for (const { node } of nodes) {
    const role = node.cluster === undefined ? 'haproxy' : 'patroni';
    roles.set(role, [...(roles.get(role) ?? []), node.name]);
    if (node.cluster !== undefined) {
      const number = node.cluster.scope.replace(/^pg/, '');
      clusters.set(number, [...(clusters.get(number) ?? []), node.name]);
    }
  }
  // Quotes, because ClusterShell refuses group names that YAML reads as numbers.
  const lines = (groups: ReadonlyMap<string, readonly string[]>) =>
    [...groups].map(([name, members]) => `  '${name}': '${members.join(',')}'\n`).join('');
  return `roles:\n${lines(roles)}cluster:\n${lines(clusters)}`;
}

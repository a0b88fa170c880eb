import type { AccessFiles } from '../folders.ts';
import type { FleetPlan } from '../shape.ts';

/** For `ssh -F`: names instead of addresses, the fleet's own keys, nothing of the user's own configuration. */
export function sshConfig(plan: FleetPlan, access: AccessFiles): string {
  const hosts = plan.hosts.map((host) => `Host ${host.name}\n    HostName ${host.address}\n\n`);
  return `${hosts.join('')}Host *
    User root
    IdentityFile "${access.identity}"
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile "${access.knownHosts}"
    GlobalKnownHostsFile none
    StrictHostKeyChecking yes
    ConnectTimeout 5
    LogLevel ERROR
`;
}

/** One line a host, valid for its name and its address. */
export function knownHosts(plan: FleetPlan, publicKeys: ReadonlyMap<string, string>): string {
  return plan.hosts
    .map((host) => {
      const [type, key] = publicKeys.get(host.name)!.split(' ');
      return `${host.name},${host.address} ${type} ${key}\n`;
    })
    .join('');
}

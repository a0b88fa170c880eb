import { createHash } from 'node:crypto';

import type { SeedFile } from '../host/seed.ts';
import type { FleetHost, FleetPlan } from '../shape.ts';

/** What a login needs: the host's own key pair and the key that may log in. */
export interface HostKeys {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly authorizedKey: string;
}

/** Name, addresses of the others, identity: what every host has whatever its role. */
export function everyHostFiles(plan: FleetPlan, host: FleetHost, keys: HostKeys): SeedFile[] {
  const others = plan.hosts.map((each) => `${each.address} ${each.name}\n`).join('');
  return [
    { path: '/etc/hostname', content: `${host.name}\n` },
    { path: '/etc/hosts', content: `127.0.0.1 localhost\n${others}` },
    // An empty or missing one would make systemd take each start for the first.
    {
      path: '/etc/machine-id',
      content: `${createHash('md5').update(host.name).digest('hex')}\n`,
      mode: 0o444,
    },
    { path: '/etc/ssh/ssh_host_ed25519_key', content: keys.privateKey, mode: 0o600 },
    { path: '/etc/ssh/ssh_host_ed25519_key.pub', content: keys.publicKey },
    { path: '/etc/ssh/fleet_authorized_keys', content: keys.authorizedKey },
  ];
}

/** What `systemctl enable` does. */
export function enabledUnit(name: string): SeedFile {
  return {
    path: `/etc/systemd/system/multi-user.target.wants/${name}`,
    linkTo: `/lib/systemd/system/${name}`,
  };
}

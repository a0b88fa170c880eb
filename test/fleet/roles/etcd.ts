import type { SeedFile } from '../host/seed.ts';
import type { FleetHost } from '../shape.ts';
import { enabledUnit } from './every-host.ts';

/** A single etcd member, configured as Debian's etcd.service expects it. */
export function etcdFiles(host: FleetHost): SeedFile[] {
  const clients = `http://${host.address}:2379`;
  const peers = `http://${host.address}:2380`;
  const settings = {
    ETCD_NAME: host.name,
    ETCD_LISTEN_CLIENT_URLS: `${clients},http://127.0.0.1:2379`,
    ETCD_ADVERTISE_CLIENT_URLS: clients,
    ETCD_LISTEN_PEER_URLS: peers,
    ETCD_INITIAL_ADVERTISE_PEER_URLS: peers,
    ETCD_INITIAL_CLUSTER: `${host.name}=${peers}`,
    ETCD_INITIAL_CLUSTER_STATE: 'new',
  };
  const content = Object.entries(settings)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');
  return [{ path: '/etc/default/etcd', content }, enabledUnit('etcd.service')];
}

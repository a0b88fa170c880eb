import { FileTree } from './file-tree.ts';
import type { DemoCluster, DemoNode, DemoPackage, DemoService } from './node.ts';

/** The accounts of every node and their homes; anyone with the demo's key may log in as any of them. */
export const homes: ReadonlyMap<string, string> = new Map([
  ['demo', '/home/demo'],
  ['postgres', '/var/lib/postgresql'],
  ['root', '/root'],
]);

/** Patroni clusters and their members, in order; the first member leads. */
const clusterMembers: Readonly<Record<string, readonly string[]>> = {
  pg69: ['node1', 'node2', 'node3'],
  pg70: ['node4', 'node5', 'node6'],
};

const proxies = ['lb1', 'lb2'];

const kernel = { release: '4.9.0-8-amd64', build: '#1 SMP Debian 4.9.144-3 (2019-02-02)' };
/** node5 was not rebooted after the last kernel update. */
const olderKernel = { release: '4.9.0-7-amd64', build: '#1 SMP Debian 4.9.110-3+deb9u2 (2018-08-13)' };

/** The demo's machines, fresh: PostgreSQL 9.6.11 everywhere, 9.6.12 waiting in the package lists. */
export function makeNodes(): DemoNode[] {
  const nodes: DemoNode[] = [];
  for (const [scope, names] of Object.entries(clusterMembers)) {
    const cluster: DemoCluster = { scope, members: [], leader: names[0]!, timeline: 3 };
    for (const name of names) {
      cluster.members.push(makeNode(name, nodes.length + cluster.members.length + 1, cluster));
    }
    nodes.push(...cluster.members);
  }
  for (const name of proxies) {
    nodes.push(makeNode(name, nodes.length + 1));
  }
  return nodes;
}

function makeNode(name: string, number: number, cluster?: DemoCluster): DemoNode {
  const now = Date.now();
  const bootedAt = new Date(now - (41 + number) * 86_400_000);
  const address = `10.69.0.${number}`;
  const services = new Map<string, DemoService>();
  const serviceNames = cluster === undefined ? ['ssh', 'haproxy'] : ['ssh', 'patroni'];
  for (const [at, service] of serviceNames.entries()) {
    const description = serviceDescriptions[service]!;
    services.set(service, {
      name: service,
      description,
      active: true,
      startedAt: bootedAt,
      mainPid: 500 + at * 113,
    });
  }
  return {
    name,
    address,
    kernel: name === 'node5' ? olderKernel : kernel,
    slownessMs: name === 'lb2' ? 250 : 0,
    bootedAt,
    files: makeFiles(name, address, cluster),
    ...(cluster === undefined ? {} : { cluster }),
    packages:
      cluster === undefined
        ? [...proxyPackages(), ...basePackages()]
        : [...serverPackages(), ...basePackages()],
    services,
    settings: {
      ...defaultSettings,
      ...(cluster === undefined ? {} : { cluster_name: cluster.scope }),
      ...(name === 'node6' ? { work_mem: '4MB' } : {}),
    },
    serverVersion: '9.6.11',
    packageListsAt: new Date(now - 3_600_000),
    packageLock: false,
    jobs: new Set(),
  };
}

const serviceDescriptions: Readonly<Record<string, string>> = {
  ssh: 'OpenBSD Secure Shell server',
  patroni: 'Runners to orchestrate a high-availability PostgreSQL',
  haproxy: 'HAProxy Load Balancer',
};

/** node6 differs in one of them, for `-b` and `--diff` to find. */
const defaultSettings = {
  max_connections: '200',
  shared_buffers: '2GB',
  work_mem: '16MB',
  maintenance_work_mem: '256MB',
  wal_level: 'replica',
  max_wal_senders: '10',
  hot_standby: 'on',
  port: '5432',
  data_directory: '/var/lib/postgresql/9.6/main',
  timezone: 'UTC',
  synchronous_commit: 'on',
  wal_log_hints: 'on',
};

const basePackages = (): DemoPackage[] => [
  {
    name: 'tzdata',
    installed: '2018i-0+deb9u1',
    candidate: '2018i-0+deb9u1',
    summary: 'time zone and daylight-saving time data',
  },
];

const serverPackages = (): DemoPackage[] => [
  {
    name: 'libpq5',
    installed: '11.1-1.pgdg90+1',
    candidate: '11.2-1.pgdg90+1',
    summary: 'PostgreSQL C client library',
  },
  {
    name: 'patroni',
    installed: '1.5.5-1.pgdg90+1',
    candidate: '1.5.5-1.pgdg90+1',
    summary: 'PostgreSQL High Availability with ZooKeeper, etcd or Consul',
  },
  {
    name: 'postgresql-9.6',
    installed: '9.6.11-1.pgdg90+1',
    candidate: '9.6.12-1.pgdg90+1',
    summary: 'object-relational SQL database, version 9.6 server',
  },
  {
    name: 'postgresql-client-9.6',
    installed: '9.6.11-1.pgdg90+1',
    candidate: '9.6.12-1.pgdg90+1',
    summary: 'front-end programs for PostgreSQL 9.6',
  },
];

const proxyPackages = (): DemoPackage[] => [
  {
    name: 'haproxy',
    installed: '1.7.5-2',
    candidate: '1.7.5-2',
    summary: 'fast and reliable load balancing reverse proxy',
  },
];

function makeFiles(name: string, address: string, cluster: DemoCluster | undefined): FileTree {
  const files = new FileTree();
  for (const folder of ['/etc', '/tmp', '/var/log', '/usr/bin', '/dev', '/run', ...homes.values()]) {
    files.makeFolder(folder, { parents: true });
  }
  files.write('/etc/hostname', `${name}\n`);
  files.write('/etc/debian_version', '9.8\n');
  files.write('/etc/os-release', osRelease);
  files.write('/home/demo/README', readme);
  if (cluster !== undefined) {
    files.makeFolder('/etc/patroni');
    files.write('/etc/patroni/config.yml', patroniConfig(name, address, cluster.scope));
  } else {
    files.makeFolder('/etc/haproxy');
    files.write('/etc/haproxy/haproxy.cfg', haproxyConfig);
  }
  return files;
}

const readme = `A node of the muster demo. It exists in memory only and is gone when the demo ends.
It knows a few commands: type help.
`;

const osRelease = `PRETTY_NAME="Debian GNU/Linux 9 (stretch)"
NAME="Debian GNU/Linux"
VERSION_ID="9"
VERSION="9 (stretch)"
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
`;

const patroniConfig = (name: string, address: string, scope: string): string => `scope: ${scope}
namespace: /service/
name: ${name}

restapi:
  listen: ${address}:8008
  connect_address: ${address}:8008

etcd:
  host: 10.69.0.250:2379

postgresql:
  listen: ${address}:5432
  connect_address: ${address}:5432
  data_dir: /var/lib/postgresql/9.6/main
  bin_dir: /usr/lib/postgresql/9.6/bin
`;

const haproxyConfig = `listen pg69-primary
    bind *:5000
    option httpchk OPTIONS /master
    default-server inter 1s fall 2 rise 1
    server node1 10.69.0.1:5432 check port 8008
    server node2 10.69.0.2:5432 check port 8008
    server node3 10.69.0.3:5432 check port 8008
`;

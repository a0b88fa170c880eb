import type { SeedFile } from '../host/seed.ts';
import type { FleetCluster } from '../shape.ts';
import { enabledUnit } from './every-host.ts';

export const proxyPorts = { primary: 5000, replicas: 5001, stats: 7000 } as const;

/** A proxy that follows Patroni's REST API: :5000 is the primary, :5001 the replicas, :7000 the statistics. */
export function haproxyFiles(cluster: FleetCluster): SeedFile[] {
  const content = `global
    log /dev/log local0
    user haproxy
    group haproxy
    stats socket /run/haproxy/admin.sock mode 660 level admin
    maxconn 200

defaults
    log global
    mode tcp
    retries 2
    timeout client 30m
    timeout server 30m
    timeout connect 2s
    timeout check 2s

${poolSection(cluster, 'primary', proxyPorts.primary)}
${poolSection(cluster, 'replicas', proxyPorts.replicas)}
listen stats
    mode http
    bind *:${proxyPorts.stats}
    stats enable
    stats uri /
`;
  return [{ path: '/etc/haproxy/haproxy.cfg', content }, enabledUnit('haproxy.service')];
}

function poolSection(cluster: FleetCluster, name: 'primary' | 'replicas', port: number): string {
  const check = name === 'primary' ? '/primary' : '/replica';
  const members = cluster.members.map(
    (member) => `    server ${member.name} ${member.address}:5432 check port 8008\n`,
  );
  return `listen ${name}
    bind *:${port}
    option httpchk OPTIONS ${check}
    http-check expect status 200
    default-server inter 1s fastinter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${members.join('')}`;
}

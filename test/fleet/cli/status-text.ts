import type { FleetStatus, HostStatus } from '../state/fleet-status.ts';

/** The status for a person: a line a host, a line a cluster, and how to log in. */
export function statusText(status: FleetStatus): string {
  const rows = status.hosts.map((host) => [
    host.name,
    host.address,
    host.power,
    host.cable,
    patroniText(host),
  ]);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const hosts = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '));
  const clusters = status.clusters.map(
    (cluster) =>
      `cluster ${cluster.name}: ${cluster.healthy ? `healthy, led by ${cluster.leader}` : cluster.missing}`,
  );
  const access = [
    `ssh -F ${status.access.sshConfig} ${status.hosts[1]!.name}`,
    `CLUSTERSHELL_CFGDIR=${status.access.clustershell} clush -bw @${status.shape.clusters > 0 ? 'patroni' : 'postgresql'} hostname`,
  ];
  return [...hosts, ...clusters, ...access].map((line) => `${line.trimEnd()}\n`).join('');
}

function patroniText(host: HostStatus): string {
  if (host.patroni === null) {
    return '';
  }
  const { role, state, timeline, serverVersion } = host.patroni;
  const version =
    serverVersion === null ? '' : ` ${Math.floor(serverVersion / 10_000)}.${serverVersion % 10_000}`;
  return `${role} ${state}${timeline === null ? '' : ` timeline ${timeline}`}${version}`;
}

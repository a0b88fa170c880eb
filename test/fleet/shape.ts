import { UserError } from '../../src/errors.ts';
import { fleetNumber } from './fleet-number.ts';

type HostRole = 'etcd' | 'patroni' | 'haproxy';

export interface FleetHost {
  readonly name: string;
  readonly role: HostRole;
  readonly address: string;
}

/** One Patroni cluster. */
export interface FleetCluster {
  /** `69`: what follows `@cluster:`. */
  readonly name: string;
  /** Patroni's own word for it: `pg69`. */
  readonly scope: string;
  readonly members: readonly FleetHost[];
  readonly proxies: readonly FleetHost[];
}

/** How many of what; the rest follows from it. */
export interface FleetShape {
  readonly clusters: number;
  /** Members of each cluster. */
  readonly nodes: number;
  /** HAProxy hosts of each cluster. */
  readonly proxies: number;
  /** Patroni's synchronous mode. */
  readonly sync: boolean;
}

export interface FleetPlan {
  readonly shape: FleetShape;
  readonly hosts: readonly FleetHost[];
  readonly etcd: FleetHost;
  readonly clusters: readonly FleetCluster[];
}

/** The fleet's own network; the machine itself is its first address. */
const prefix = `10.69.${fleetNumber}`;
export const network = { prefix, range: `${prefix}.0/24`, machine: `${prefix}.1/24` } as const;

/** Addresses are dealt in tens, a ten for each cluster: members from 1, proxies from 7. */
const limits = { clusters: [1, 23], nodes: [1, 6], proxies: [0, 3] } as const;

/** Names and addresses of a fleet: etcd1, and for each cluster from 69 on pg69-1…, lb69-1…. */
export function planFleet(shape: FleetShape): FleetPlan {
  for (const [part, [least, most]] of Object.entries(limits)) {
    const count = shape[part as keyof typeof limits];
    if (!Number.isInteger(count) || count < least || count > most) {
      throw new UserError(`--${part} must be a whole number from ${least} to ${most}, not ${count}`);
    }
  }
  const etcd: FleetHost = { name: 'etcd1', role: 'etcd', address: `${network.prefix}.10` };
  const clusters = Array.from({ length: shape.clusters }, (_, index) => planCluster(index, shape));
  const hosts = [etcd, ...clusters.flatMap((cluster) => [...cluster.members, ...cluster.proxies])];
  return { shape, hosts, etcd, clusters };
}

function planCluster(index: number, shape: FleetShape): FleetCluster {
  const name = String(69 + index);
  const firstAddress = 20 + 10 * index;
  const row = (role: HostRole, prefix: string, count: number, offset: number): FleetHost[] =>
    Array.from({ length: count }, (_, number) => ({
      name: `${prefix}${name}-${number + 1}`,
      role,
      address: `${network.prefix}.${firstAddress + offset + number}`,
    }));
  return {
    name,
    scope: `pg${name}`,
    members: row('patroni', 'pg', shape.nodes, 1),
    proxies: row('haproxy', 'lb', shape.proxies, 7),
  };
}

/** The cluster a host belongs to; undefined for etcd. */
export function clusterOf(plan: FleetPlan, host: FleetHost): FleetCluster | undefined {
  return plan.clusters.find((cluster) => cluster.members.includes(host) || cluster.proxies.includes(host));
}

export function findHost(plan: FleetPlan, name: string): FleetHost {
  const host = plan.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) {
    throw new UserError(`no host ${name} in the fleet`, {
      hint: `It has ${plan.hosts.map((each) => each.name).join(' ')}.`,
    });
  }
  return host;
}

/** By name (`69`) or scope (`pg69`). */
export function findCluster(plan: FleetPlan, name: string): FleetCluster {
  const cluster = plan.clusters.find((candidate) => candidate.name === name || candidate.scope === name);
  if (cluster === undefined) {
    throw new UserError(`no cluster ${name} in the fleet`, {
      hint: `It has ${plan.clusters.map((each) => each.name).join(' ')}.`,
    });
  }
  return cluster;
}

import { UserError } from '../../src/errors.ts';
import { fleetNumber } from './fleet-number.ts';

type HostRole = 'etcd' | 'patroni' | 'haproxy' | 'postgresql';

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

/** Servers that Debian's own units run, in streaming replication without Patroni; a single one where there is one. */
export interface PlainCluster {
  /** `1`: what follows `@plain:`. */
  readonly name: string;
  /** The first is the primary of a new fleet, the others stream from it. */
  readonly members: readonly FleetHost[];
}

/** How many of what; the rest follows from it. */
export interface FleetShape {
  readonly clusters: number;
  /** Members of each Patroni cluster. */
  readonly nodes: number;
  /** HAProxy hosts of each cluster. */
  readonly proxies: number;
  /** Patroni's synchronous mode. */
  readonly sync: boolean;
  /** Members of each cluster without Patroni. */
  readonly plain?: readonly number[];
}

export interface FleetPlan {
  readonly shape: FleetShape;
  readonly hosts: readonly FleetHost[];
  readonly etcd: FleetHost;
  readonly clusters: readonly FleetCluster[];
  readonly plain: readonly PlainCluster[];
}

/** The fleet's own network; the machine itself is its first address. */
const prefix = `10.69.${fleetNumber}`;
export const network = { prefix, range: `${prefix}.0/24`, machine: `${prefix}.1/24` } as const;

/**
 * Addresses are dealt in tens, a ten for each Patroni cluster: members from 1, proxies from 7. All servers without Patroni
 * share the ten of etcd.
 */
const limits = { clusters: [0, 23], nodes: [1, 6], proxies: [0, 3] } as const;
const plainLimit = 9;

/** Names and addresses of a fleet: etcd1, for each cluster from 69 on pg69-1…, lb69-1…, and sr1-1… without Patroni. */
export function planFleet(shape: FleetShape): FleetPlan {
  for (const [part, [least, most]] of Object.entries(limits)) {
    const count = shape[part as keyof typeof limits];
    if (!Number.isInteger(count) || count < least || count > most) {
      throw new UserError(`--${part} must be a whole number from ${least} to ${most}, not ${count}`);
    }
  }
  const plain = planPlain(shape.plain ?? []);
  if (shape.clusters === 0 && plain.length === 0) {
    throw new UserError('--clusters 0 leaves no database hosts', { hint: 'Add --plain 3.' });
  }
  const etcd: FleetHost = { name: 'etcd1', role: 'etcd', address: `${network.prefix}.10` };
  const clusters = Array.from({ length: shape.clusters }, (_, index) => planCluster(index, shape));
  const hosts = [
    etcd,
    ...clusters.flatMap((cluster) => [...cluster.members, ...cluster.proxies]),
    ...plain.flatMap(({ members }) => members),
  ];
  return { shape, hosts, etcd, clusters, plain };
}

function planPlain(sizes: readonly number[]): PlainCluster[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1) || total > plainLimit) {
    throw new UserError(
      `--plain must be whole numbers from 1, ${plainLimit} together, not ${sizes.join(',')}`,
    );
  }
  let address = 10;
  return sizes.map((size, index) => ({
    name: String(index + 1),
    members: Array.from({ length: size }, (_, number) => ({
      name: `sr${index + 1}-${number + 1}`,
      role: 'postgresql' as const,
      address: `${network.prefix}.${(address += 1)}`,
    })),
  }));
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

/** The Patroni cluster a host belongs to; undefined for the others. */
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

/** A cluster without Patroni, by name: `1`. */
export function findPlain(plan: FleetPlan, name: string): PlainCluster {
  const cluster = plan.plain.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw new UserError(`no plain cluster ${name} in the fleet`);
  return cluster;
}

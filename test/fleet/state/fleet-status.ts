import type { AccessFiles, FleetFolders } from '../folders.ts';
import { isPlugged } from '../host/cable.ts';
import { hostInit } from '../host/cgroup.ts';
import { clusterOf, type FleetHost, type FleetPlan, type FleetShape } from '../shape.ts';
import { isNotYet, type NotYet } from '../wait-for.ts';
import { clusterHealth } from './cluster-health.ts';
import { memberState } from './member.ts';
import { plainHealth } from './plain-health.ts';

export interface FleetStatus {
  readonly shape: FleetShape;
  readonly hosts: readonly HostStatus[];
  readonly clusters: readonly ClusterStatus[];
  readonly access: AccessFiles;
}

export interface HostStatus {
  readonly name: string;
  readonly address: string;
  /** Name of its cluster; null for etcd. */
  readonly cluster: string | null;
  readonly power: 'on' | 'off';
  readonly cable: 'plugged' | 'unplugged';
  /** What its Patroni says; null where there is none, or it does not answer. */
  readonly patroni: {
    readonly role: string;
    readonly state: string;
    readonly timeline: number | null;
    readonly serverVersion: number | null;
  } | null;
}

interface ClusterStatus {
  /** `69`; `plain:1` of one without Patroni. */
  readonly name: string;
  readonly healthy: boolean;
  readonly leader: string | null;
  /** What keeps it from being healthy. */
  readonly missing: string | null;
}

/** One look at everything, without waiting. */
export async function fleetStatus(folders: FleetFolders, plan: FleetPlan): Promise<FleetStatus> {
  return {
    shape: plan.shape,
    hosts: await Promise.all(plan.hosts.map((host) => hostStatus(folders, plan, host))),
    clusters: await Promise.all([
      ...plan.clusters.map(async (cluster) =>
        clusterStatus(cluster.name, await clusterHealth(cluster, plan.shape.sync)),
      ),
      ...plan.plain.map(async (cluster) =>
        clusterStatus(`plain:${cluster.name}`, await plainHealth(cluster)),
      ),
    ]),
    access: folders.access,
  };
}

function clusterStatus(name: string, seen: string | NotYet): ClusterStatus {
  return isNotYet(seen)
    ? { name, healthy: false, leader: null, missing: seen.missing }
    : { name, healthy: true, leader: seen, missing: null };
}

async function hostStatus(folders: FleetFolders, plan: FleetPlan, host: FleetHost): Promise<HostStatus> {
  const on = (await hostInit(host.name)) !== undefined;
  const member = on && host.role === 'patroni' ? await memberState(host) : undefined;
  return {
    name: host.name,
    address: host.address,
    cluster: clusterOf(plan, host)?.name ?? null,
    power: on ? 'on' : 'off',
    cable: isPlugged(folders, host) ? 'plugged' : 'unplugged',
    patroni:
      member === undefined
        ? null
        : {
            role: member.role,
            state: member.state,
            timeline: member.timeline ?? null,
            serverVersion: member.serverVersion ?? null,
          },
  };
}

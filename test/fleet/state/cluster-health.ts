import type { FleetCluster, FleetHost } from '../shape.ts';
import { notYet, type NotYet, waitFor } from '../wait-for.ts';
import { memberState } from './member.ts';
import { patroniRest } from './patroni-rest.ts';
import { proxyPools } from './proxy.ts';

/** Who is the cluster's leader now, by its members' own word; undefined when none is. */
export async function clusterLeader(cluster: FleetCluster): Promise<string | undefined> {
  const answers = await Promise.all(
    cluster.members.map(async (member) => ({ member, answer: await patroniRest(member, '/primary') })),
  );
  const leaders = answers.filter(({ answer }) => answer?.status === 200).map(({ member }) => member.name);
  if (leaders.length > 1) {
    throw new Error(`${cluster.scope} has more than one leader: ${leaders.join(' ')}`);
  }
  return leaders[0];
}

/**
 * The leader's name when the cluster is healthy: one leader, all other members stream from it, on one timeline
 * (one of them synchronously in synchronous mode), and each proxy sends clients to the right ones.
 */
export async function clusterHealth(cluster: FleetCluster, sync = false): Promise<string | NotYet> {
  const members = await Promise.all(cluster.members.map((member) => memberState(member)));
  const silent = cluster.members.filter((_, index) => members[index] === undefined);
  if (silent.length > 0) {
    return notYet(`Patroni of ${names(silent)} does not answer`);
  }
  const answering = members.filter((member) => member !== undefined);
  const leaders = answering.filter((member) => member.role === 'leader' && member.state === 'running');
  const [leader, second] = leaders;
  if (leader === undefined || second !== undefined) {
    return notYet(
      leader === undefined ? `${cluster.scope} has no leader` : `${cluster.scope} has two leaders`,
    );
  }
  const replicas = cluster.members.filter((member) => member.name !== leader.name);
  const away = replicas.filter((replica) => !leader.streaming.includes(replica.name));
  if (away.length > 0) {
    return notYet(`${names(away)} does not stream from ${leader.name}`);
  }
  const elsewhere = answering.filter((member) => member.timeline !== leader.timeline);
  if (elsewhere.length > 0) {
    return notYet(`${names(elsewhere)} is not on timeline ${leader.timeline}`);
  }
  if (sync && replicas.length > 0 && leader.sync.length === 0) {
    return notYet(`${cluster.scope} has no synchronous replica`);
  }
  return (await proxyDisagreement(cluster, leader.name, replicas)) ?? leader.name;
}

/** Waits until the cluster is healthy; answers its leader. */
export function waitForCluster(cluster: FleetCluster, sync = false, within = 60_000): Promise<string> {
  return waitFor(`${cluster.scope} is healthy`, { within }, () => clusterHealth(cluster, sync));
}

async function proxyDisagreement(
  cluster: FleetCluster,
  leader: string,
  replicas: readonly FleetHost[],
): Promise<NotYet | undefined> {
  for (const proxy of cluster.proxies) {
    const pools = await proxyPools(proxy);
    if (pools === undefined) {
      return notYet(`${proxy.name} does not answer`);
    }
    if (pools.primary.join(' ') !== leader || pools.replicas.join(' ') !== names(replicas)) {
      return notYet(`${proxy.name} has not seen all members yet`);
    }
  }
  return undefined;
}

function names(hosts: readonly { name: string }[]): string {
  return hosts.map((host) => host.name).join(' ');
}

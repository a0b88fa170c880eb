import { eachNode } from '../fanout/each-node.ts';
import {
  askProxy,
  type ProxyAnswer,
  type ProxyServer,
  type ProxyState,
  type ProxyTools,
} from './ask-proxy.ts';

/** A member as proxies may know it: by its name, its node's name or its server's address. */
export interface PooledMember {
  readonly name: string;
  readonly node: string;
  readonly host: string | null;
}

/** The lines of a proxy that are this member. */
export function linesOfMember({ servers }: ProxyState, member: PooledMember): ProxyServer[] {
  return servers.filter(
    ({ server, address }) =>
      server === member.name || server === member.node || (member.host !== null && address === member.host),
  );
}

export function isAnswer(answer: ProxyAnswer): answer is ProxyState {
  return 'servers' in answer;
}

export function askProxies(proxies: readonly string[], tools: ProxyTools): Promise<ProxyAnswer[]> {
  return eachNode(proxies, proxies.length, (proxy) => askProxy(proxy, tools));
}

/** What every proxy of a cluster says about who takes writes: the pool in which the leader alone is UP. */
export interface Agreement {
  /** Sentence fragments, empty when all agree. */
  readonly problems: readonly string[];
  /** Fewest replicas that are UP in a pool for reading, over all proxies; null: there is none. */
  readonly readers: number | null;
}

/**
 * Whether all proxies send writes to the leader and nobody else. A pool for writing is one in which the leader is UP and
 * which does not take replicas; pools in which replicas are UP are for reading.
 */
export function agreeOnLeader(
  answers: readonly ProxyAnswer[],
  members: readonly PooledMember[],
  leader: PooledMember,
): Agreement {
  const problems: string[] = [];
  let readers: number | null = null;
  for (const answer of answers) {
    if (!isAnswer(answer)) {
      problems.push(`${answer.proxy}: ${answer.problem}`);
      continue;
    }
    const upIn = new Map<string, Set<PooledMember>>();
    for (const member of members) {
      for (const line of linesOfMember(answer, member)) {
        const up = upIn.get(line.backend) ?? new Set<PooledMember>();
        if (line.status === 'UP' || line.status === 'no check') up.add(member);
        upIn.set(line.backend, up);
      }
    }
    const pools = [...upIn.values()];
    const writers = pools.filter((up) => up.size === 1 && up.has(leader));
    if (writers.length === 0) problems.push(`${answer.proxy} does not send writes to ${leader.name} alone`);
    const reading = pools
      .map((up) => [...up].filter((member) => member !== leader).length)
      .filter((count) => count > 0);
    readers = Math.min(readers ?? Infinity, reading.length === 0 ? 0 : Math.max(...reading));
  }
  return { problems, readers };
}

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

/** Takes sessions: by its health checks, or without any. */
export function isUp({ status }: Pick<ProxyServer, 'status'>): boolean {
  return status === 'UP' || status === 'no check';
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
        if (isUp(line)) up.add(member);
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

/**
 * The lines to drain before leadership goes from one member to another, so that no reading session is cut when a pool for
 * replicas loses its new leader, and none comes to the old leader before it is ready for it. Only in pools for reading
 * in which somebody else stays; the next leader not where leaders may read, too.
 */
export function linesToLeave(
  answer: ProxyState,
  members: readonly PooledMember[],
  { from, to }: { readonly from: PooledMember; readonly to: PooledMember },
): { readonly from: ProxyServer[]; readonly to: ProxyServer[] } {
  const others = members.filter((member) => member !== from && member !== to);
  const staying = new Set(
    others.flatMap((member) => linesOfMember(answer, member).filter(isUp)).map(({ backend }) => backend),
  );
  const own = linesOfMember(answer, from).filter(({ backend }) => staying.has(backend));
  const leadersRead = new Set(own.filter(isUp).map(({ backend }) => backend));
  return {
    from: own,
    to: linesOfMember(answer, to).filter(({ backend }) => staying.has(backend) && !leadersRead.has(backend)),
  };
}

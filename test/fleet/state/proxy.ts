import { proxyPorts } from '../roles/haproxy.ts';
import type { FleetHost } from '../shape.ts';
import { httpAsk } from './http-ask.ts';

/** The members a proxy sends clients to, by pool, sorted. */
export interface ProxyPools {
  readonly primary: readonly string[];
  readonly replicas: readonly string[];
}

/** Undefined when the proxy does not answer. */
export async function proxyPools(proxy: FleetHost): Promise<ProxyPools | undefined> {
  const answer = await httpAsk(proxy.address, proxyPorts.stats, '/;csv');
  if (answer?.status !== 200) {
    return undefined;
  }
  // The first line names the columns: # pxname,svname,…,status,…
  const [head, ...rows] = answer.text.split('\n').map((line) => line.split(','));
  const status = head!.indexOf('status');
  const upIn = (pool: string): string[] =>
    rows
      .filter((row) => row[0] === pool && row[1] !== 'FRONTEND' && row[1] !== 'BACKEND')
      .filter((row) => row[status]?.startsWith('UP') === true)
      .map((row) => row[1]!)
      .sort();
  return { primary: upIn('primary'), replicas: upIn('replicas') };
}

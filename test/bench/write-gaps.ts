import pg from 'pg';
import type { Fleet } from '../fleet/controller.ts';
import { databasePassword } from '../fleet/roles/patroni.ts';
import { proxyPorts } from '../fleet/roles/haproxy.ts';

/** From the last acknowledged write before one that failed to the next; of all such times together. */
interface Gap {
  readonly ms: number;
  readonly count: number;
}

/** By the way clients take: a proxy's port for writing, or whichever of the members takes writes. */
export interface WriteGaps {
  readonly proxy: Gap;
  readonly direct: Gap;
}

/** Milliseconds between two writes. */
const everyMs = 20;

/** Writes all the time on both ways until stopped. */
export async function startWriters(fleet: Fleet, cluster: string): Promise<{ stop(): Promise<WriteGaps> }> {
  const { members, proxies } = fleet.cluster(cluster);
  const leader = fleet.host((await fleet.leader(cluster))!);
  const first = await connect(leader.address, 5432);
  await first.query('create table if not exists gaps (n int)');
  await first.end();
  let running = true;
  const isRunning = (): boolean => running;
  const writers = {
    proxy: write([{ host: proxies[0]!.address, port: proxyPorts.primary }], isRunning),
    direct: write(
      members.map(({ address }) => ({ host: address, port: 5432 })),
      isRunning,
    ),
  };
  return {
    async stop() {
      running = false;
      return { proxy: await writers.proxy, direct: await writers.direct };
    },
  };
}

async function write(
  places: readonly { readonly host: string; readonly port: number }[],
  isRunning: () => boolean,
): Promise<Gap> {
  let client: pg.Client | undefined;
  let last = performance.now();
  let begun = false;
  let failed = false;
  const gap = { ms: 0, count: 0 };
  for (let turn = 0; isRunning(); turn += 1) {
    const { host, port } = places[turn % places.length]!;
    try {
      client ??= await connect(host, port);
      await client.query('insert into gaps values (1)');
      const now = performance.now();
      if (failed) {
        gap.ms += Math.round(now - last);
        gap.count += 1;
      }
      [last, begun, failed] = [now, true, false];
    } catch {
      // Until the one that leads is found nothing is counted.
      failed = begun;
      void client?.end().catch(() => {});
      client = undefined;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, everyMs);
    });
  }
  await client?.end().catch(() => {});
  return gap;
}

async function connect(host: string, port: number): Promise<pg.Client> {
  const client = new pg.Client({
    host,
    port,
    user: 'postgres',
    password: databasePassword,
    database: 'postgres',
    connectionTimeoutMillis: 4000,
    query_timeout: 4000,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

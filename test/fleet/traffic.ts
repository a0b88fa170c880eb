import pg from 'pg';
import { databasePassword } from './roles/patroni.ts';

/** Readers at a time: with some, the pool's servers always have sessions. */
const readers = 3;

/** Clients of a cluster through its proxy. Times are milliseconds. */
export interface Traffic {
  /** Ends the clients and says what they met. */
  stop(): Promise<TrafficReport>;
}

export interface TrafficReport {
  /** Values whose insert was acknowledged. */
  readonly acknowledged: readonly number[];
  /** From the last write before one that failed to the next acknowledged one. */
  readonly pauses: readonly number[];
  readonly reads: number;
  /** Messages of reads that failed. */
  readonly readFailures: readonly string[];
}

/** Writes numbers by the proxy's port for writing, one after the other, and reads by the one for reading, over short sessions side by side. */
export async function startTraffic(proxy: string, table: string): Promise<Traffic> {
  const connect = async (port: number, patienceMs: number): Promise<pg.Client> => {
    const client = new pg.Client({
      host: proxy,
      port,
      user: 'postgres',
      password: databasePassword,
      database: 'postgres',
      connectionTimeoutMillis: patienceMs,
      query_timeout: patienceMs,
    });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const first = await connect(5000, 4000);
  await first.query(`create table if not exists ${table} (n int)`);
  await first.end();

  let running = true;
  const acknowledged: number[] = [];
  const pauses: number[] = [];
  const readFailures: string[] = [];
  let reads = 0;

  const write = async (): Promise<void> => {
    let client: pg.Client | undefined;
    let last = performance.now();
    let failed = false;
    for (let n = 0; running; n += 1) {
      try {
        client ??= await connect(5000, 4000);
        await client.query(`insert into ${table} values (${n})`);
        const now = performance.now();
        // A slow machine alone is no pause.
        if (failed) pauses.push(Math.round(now - last));
        failed = false;
        last = now;
        acknowledged.push(n);
      } catch {
        failed = true;
        void client?.end().catch(() => {});
        client = undefined;
      }
      await pause(20);
    }
    await client?.end().catch(() => {});
  };
  const read = async (): Promise<void> => {
    while (running) {
      try {
        const client = await connect(5001, 20_000);
        // Long enough that one is under way whenever a server is taken out of the pool.
        await client.query('select pg_sleep(0.3)');
        await client.end();
        reads += 1;
      } catch (error) {
        readFailures.push((error as Error).message);
      }
      await pause(50);
    }
  };
  const clients = [write(), ...Array.from({ length: readers }, read)];
  return {
    async stop() {
      running = false;
      await Promise.all(clients);
      return { acknowledged, pauses, reads, readFailures };
    },
  };
}

/** Between two requests of one client. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

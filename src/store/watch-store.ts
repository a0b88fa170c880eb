import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Numbered, RunFileRecord } from '../journal/records.ts';
import { connectStore, type StoreAddress } from './connect.ts';
import { channel } from './push-run.ts';
import { StoreError, storeError } from './store-error.ts';

export interface WatchOptions {
  /** Only this run, from its beginning until it is finished; absent: all runs, from now on. */
  readonly run?: string;
  readonly onRecord: (run: string, record: Numbered<RunFileRecord>) => void;
  readonly onAway?: (why: string) => void;
}

/** When nothing is heard, the store is asked: a connection may be dead without saying so. */
const askMs = 10_000;

/**
 * Tells records as colleagues' musters store them, each once and in order, also over losses of the connection.
 * Resolves when the run is finished, or on abort. @throws StoreError when the store cannot be reached at first
 */
export async function watchStore(
  address: StoreAddress,
  { run, onRecord, onAway }: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Map<string, number>();
  let isOver = false;
  let isSeeded = run !== undefined;
  let wake = (): void => {};

  const readNew = async (client: Client): Promise<void> => {
    const { rows } = await client.query<{ run: string; n: number; body: string }>(
      `select record.run, record.n, record.body::text as body
         from muster.record
         left join unnest($1::text[], $2::integer[]) as seen (run, n) using (run)
        where record.n > coalesce(seen.n, 0) and ($3::text is null or record.run = $3)
        order by record.run collate "C", record.n`,
      [[...seen.keys()], [...seen.values()], run ?? null],
    );
    for (const row of rows) {
      seen.set(row.run, row.n);
      const record = JSON.parse(row.body) as Numbered<RunFileRecord>;
      onRecord(row.run, record);
      if (run !== undefined && record.type === 'finished') isOver = true;
    }
  };

  const follow = async (client: Client): Promise<void> => {
    let broken: Error | undefined;
    client.on('error', (error) => {
      broken = error;
      wake();
    });
    client.on('end', () => {
      broken ??= new Error('connection closed');
      wake();
    });
    client.on('notification', () => wake());
    await client.query(`listen ${channel}`);
    if (!isSeeded) {
      const { rows } = await client.query<{ run: string; n: number }>(
        'select run, max(n) as n from muster.record group by run',
      );
      for (const row of rows) seen.set(row.run, row.n);
      isSeeded = true;
    }
    while (!isOver && !signal.aborted) {
      const heard = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await readNew(client);
      if (isOver || signal.aborted) return;
      if (broken !== undefined) throw broken;
      const timer = setTimeout(() => wake(), askMs);
      await heard;
      clearTimeout(timer);
      if (broken !== undefined) throw broken;
    }
  };

  signal.addEventListener('abort', () => wake(), { once: true });
  let client: Client | undefined = await connectStore(address);
  for (let isAway = false; !isOver && !signal.aborted;) {
    try {
      client ??= await connectStore(address);
      isAway = false;
      await follow(client);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'STORE_NEWER') throw error;
      if (!isAway) onAway?.(storeError(address.url, 'read', error).message);
      isAway = true;
      await pause(1000, undefined, { signal }).catch(() => undefined);
    } finally {
      await client?.end().catch(() => undefined);
      client = undefined;
    }
  }
}

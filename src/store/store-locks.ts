import type { Client } from 'pg';
import { connectStore, type StoreAddress } from './connect.ts';
import { storeError } from './store-error.ts';

/** Advisory locks of the team store, held by a connection of their own. */
export interface HeldStoreLocks {
  readonly kind: 'held';
  /** Aborted when the connection is lost; the reason is a StoreError. Nothing is held then. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export type StoreLocks =
  | HeldStoreLocks
  /** `holder`: the name of their connection, `muster alice@bastion1`; null when they just let go, or it may not be seen. */
  | { readonly kind: 'locked'; readonly name: string; readonly holder: string | null }
  /** Behind a connection pooler a lock may be another client's the next moment. */
  | { readonly kind: 'pooled' };

/** Between two looks whether the connection still lives. */
const lookMs = 10_000;

/**
 * Takes all locks or none, without waiting. They are released with the connection.
 * @param names any text; what is locked
 * @throws StoreError when the store is away
 */
export async function acquireStoreLocks(
  address: StoreAddress,
  names: readonly string[],
): Promise<StoreLocks> {
  const client = await connectStore(address);
  try {
    const refusal = (await isPooled(client)) ? ({ kind: 'pooled' } as const) : await take(client, names);
    if (refusal === undefined) return hold(client, address.url);
    await client.end();
    return refusal;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw storeError(address.url, 'lock in', error);
  }
}

/** A pooler makes up a process number of its own; a server tells its own. */
async function isPooled(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid !== (client as unknown as { processID: number | null }).processID;
}

async function take(
  client: Client,
  names: readonly string[],
): Promise<Extract<StoreLocks, { kind: 'locked' }> | undefined> {
  // the server frees the locks of a machine that lost power within a minute, not within hours
  await client.query(
    'set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3',
  );
  const { rows } = await client.query<{ name: string; taken: boolean }>(
    `select name, pg_try_advisory_lock(hashtextextended(name, 0)) as taken
       from (select unnest($1::text[]) as name order by 1) as wanted`,
    [names],
  );
  const refused = rows.find(({ taken }) => !taken);
  if (refused === undefined) return undefined;
  // a bigint key is shown in two halves, with objsubid 1
  const { rows: holders } = await client.query<{ holder: string | null }>(
    `select application_name as holder
       from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and objsubid = 1 and granted and pid <> pg_backend_pid()
        and (classid::bigint << 32) | objid::bigint = hashtextextended($1, 0)`,
    [refused.name],
  );
  return { kind: 'locked', name: refused.name, holder: holders[0]?.holder || null };
}

function hold(client: Client, url: string): HeldStoreLocks {
  const lost = new AbortController();
  let isReleased = false;
  const lose = (error: Error): void => {
    clearInterval(looks);
    if (isReleased || lost.signal.aborted) return;
    lost.abort(storeError(url, 'hold the lock in', error));
    void client.end().catch(() => undefined);
  };
  const looks = setInterval(() => void client.query('select').catch(lose), lookMs);
  client.on('error', lose);
  client.on('end', () => lose(new Error('connection closed')));
  return {
    kind: 'held',
    lost: lost.signal,
    async release() {
      isReleased = true;
      clearInterval(looks);
      await client.end().catch(() => undefined);
    },
  };
}

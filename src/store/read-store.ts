import type { Client } from 'pg';
import { JournalError } from '../journal/journal-error.ts';
import { findRunId, type RunJournal } from '../journal/open-journal.ts';
import { summarizeLines, verifyLines, viewRun } from '../journal/run-view.ts';
import { connectStore, type StoreAddress } from './connect.ts';
import { storeError, withoutPassword } from './store-error.ts';

/** What can be asked of any journal: a machine's own, or the team's. */
export type RunReader = Pick<RunJournal, 'list' | 'show' | 'last' | 'verify'>;

/**
 * Every run of the team, read as the journal of one machine is.
 * @param host this machine's name: only here a run's process can be seen
 */
export function openStoreReader(address: StoreAddress, host: string): RunReader {
  const place = withoutPassword(address.url);
  const ask = async <T>(question: (client: Client) => Promise<T>): Promise<T> => {
    const client = await connectStore(address);
    try {
      return await question(client);
    } catch (error) {
      throw error instanceof JournalError ? error : storeError(address.url, 'read', error);
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  return {
    list: ({ limit = Infinity } = {}) =>
      ask(async (client) => {
        const ids = (await runsOf(client)).slice(0, limit);
        const lines = await linesOf(client, ids);
        return ids.map((id) => summarizeLines(host, id, { bodies: lines.get(id)! }));
      }),
    show: (text) =>
      ask(async (client) => {
        const id = findRunId(await runsOf(client), text);
        return viewRun(host, id, { bodies: (await linesOf(client, [id])).get(id)! }, place);
      }),
    last: () =>
      ask(async (client) => {
        const [id] = await runsOf(client);
        if (id === undefined) return undefined;
        return viewRun(host, id, { bodies: (await linesOf(client, [id])).get(id)! }, place);
      }),
    verify: (text) =>
      ask(async (client) => {
        const id = findRunId(await runsOf(client), text);
        return verifyLines(id, { bodies: (await linesOf(client, [id])).get(id)! }, place);
      }),
  };
}

/** Newest first. */
async function runsOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ run: string }>(
    'select run from muster.record where n = 1 order by run collate "C" desc',
  );
  return rows.map(({ run }) => run);
}

async function linesOf(client: Client, ids: readonly string[]): Promise<Map<string, Buffer[]>> {
  const lines = new Map<string, Buffer[]>(ids.map((id) => [id, []]));
  const { rows } = await client.query<{ run: string; body: string }>(
    'select run, body::text as body from muster.record where run = any($1) order by run, n',
    [ids],
  );
  for (const { run, body } of rows) lines.get(run)?.push(Buffer.from(body));
  return lines;
}

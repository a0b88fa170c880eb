import type { Client } from 'pg';
import { runIds } from '../journal/read-file.ts';
import { pushRun } from './push-run.ts';

/** Runs looked at; older ones were mirrored, or belong to a time before the store. */
const newest = 200;

/** Sends what the store missed while it was away. Resolves with the runs that were sent. */
export async function catchUp(client: Client, folder: string): Promise<string[]> {
  const ids = runIds(folder).slice(0, newest);
  const { rows } = await client.query<{ run: string }>(
    `select run from muster.record where run = any($1) and body->>'type' = 'finished'`,
    [ids],
  );
  const complete = new Set(rows.map(({ run }) => run));
  const missing = ids.filter((id) => !complete.has(id)).reverse();
  for (const id of missing) await pushRun(client, folder, id);
  return missing;
}

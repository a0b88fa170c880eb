import type { Client } from 'pg';
import { scanLines } from '../journal/line-format.ts';
import { readJournalFile, runSuffix } from '../journal/read-file.ts';
import { StoreError } from './store-error.ts';

/** Where LISTEN hears of new records: `{"run": ID, "n": LAST}`. */
export const channel = 'muster_record';

/** Records a statement. */
const batch = 500;

/**
 * Brings the store up to what the journal's file of a run holds; again and again is the same as once. The last record that is
 * there is compared and sent again when it differs: a machine that crashed may have lost one that was not on its disk yet.
 * Resolves with the number of records the store then has.
 * @param folder of the run files
 */
export async function pushRun(client: Client, folder: string, id: string): Promise<number> {
  const { bodies } = scanLines(readJournalFile(`${folder}/${id}${runSuffix}`));
  const header = bodies[0]?.toString();
  if (header === undefined) return 0;
  const { rows } = await client.query<{ last: number; header: string | null }>(
    `select coalesce(max(n), 0) as last, min(body::text) filter (where n = 1) as header
       from muster.record where run = $1`,
    [id],
  );
  const { last = 0, header: stored = null } = rows[0] ?? {};
  if (stored !== null && stored !== header) {
    throw new StoreError(`run ${id} of another machine is in the team store`, { code: 'STORE_RUN' });
  }
  for (let from = Math.max(last - 1, 0); from < bodies.length; from += batch) {
    const piece = bodies.slice(from, from + batch);
    await client.query(
      `with sent as (
         insert into muster.record (run, n, body)
         select $1, n + $2, body::json from unnest($3::text[]) with ordinality as given (body, n)
         on conflict (run, n) do update set body = excluded.body
           where record.body::text <> excluded.body::text
         returning n)
       select pg_notify('${channel}', json_build_object('run', $1::text, 'n', max(n))::text) from sent
        having count(*) > 0`,
      [id, from, piece.map((body) => body.toString())],
    );
  }
  return bodies.length;
}

import { renameSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunJournal } from '../../../src/journal/open-journal.ts';
import type { Numbered, RunFileRecord } from '../../../src/journal/records.ts';
import { connectStore } from '../../../src/store/connect.ts';
import { mirroredJournal } from '../../../src/store/mirrored-journal.ts';
import { pushRun } from '../../../src/store/push-run.ts';
import { openStoreReader } from '../../../src/store/read-store.ts';
import { watchStore } from '../../../src/store/watch-store.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../groups/postgres-server.ts';
import { describeReader } from '../journal/reader-contract.ts';
import { aHeader, report } from '../journal/run-fixtures.ts';
import { openTestJournal } from '../journal/test-journal.ts';
import { eventually } from '../ssh/run-over-ssh.ts';

const bin = findPostgres();

describe.skipIf(bin === undefined)('the team store', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(bin!);
  });
  afterAll(() => server.stop());
  beforeEach(() => server.execute('drop schema if exists muster cascade'));

  const open = (url = server.dsn) => {
    const { journal, folder, runFile } = openTestJournal();
    const problems: Error[] = [];
    const mirrored = mirroredJournal(journal, {
      url,
      folder: `${folder}/runs`,
      onProblem: (problem) => void problems.push(problem),
      limitMs: 10_000,
    });
    return { journal: mirrored, folder: `${folder}/runs`, runFile, problems };
  };
  const reader = () => openStoreReader({ url: server.dsn }, 'bastion1');
  const record = async (journal: RunJournal, command = 'uname -r'): Promise<string> => {
    const recorder = await journal.startRun(aHeader({ command, nodes: ['node1'] }));
    await recorder.started('node1');
    await recorder.ended(report('node1'));
    await recorder.finish({ exitCode: 0 });
    return recorder.id;
  };
  /** Nobody new comes in while `during` runs; `cut`: those who are in are thrown out. */
  const away = async (cut: boolean, during: () => Promise<void>): Promise<void> => {
    const folder = new URL(server.dsn).searchParams.get('host')!;
    const throwOut = 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()';
    if (cut) await server.execute(`${throwOut} and backend_type = 'client backend'`);
    renameSync(`${folder}/.s.PGSQL.5432`, `${folder}/away`);
    try {
      await during();
    } finally {
      renameSync(`${folder}/away`, `${folder}/.s.PGSQL.5432`);
    }
  };

  describeReader('the team store', () => ({ journal: open().journal, reader: reader() }));

  it('gets from the next run what it missed while it was away', async () => {
    const { journal, problems } = open();
    let missed = '';
    await away(false, async () => {
      missed = await record(journal, 'missed');
    });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^cannot open the team store postgresql:.*ENOENT/),
    ]);
    expect(await reader().list()).toEqual([]);
    const next = await record(journal, 'next');
    expect((await reader().list()).map(({ id }) => id)).toEqual([next, missed]);
    expect(await reader().show(missed)).toEqual(await journal.show(missed));
  });

  it('gets what it missed within a run', async () => {
    const { journal, problems } = open();
    const recorder = await journal.startRun(aHeader());
    await recorder.started('node1');
    await eventually('the beginning is there', async () => (await reader().list()).length === 1);
    await away(true, async () => {
      await recorder.ended(report('node1'));
      await recorder.started('node2');
    });
    await recorder.ended(report('node2'));
    await recorder.finish({ exitCode: 0 });
    expect(problems).toEqual([]);
    expect(await reader().show('last')).toEqual(await journal.show('last'));
  });

  it('gets a record once, whoever sends it and however often', async () => {
    const { journal, folder } = open();
    const id = await record(journal);
    await server.execute(`delete from muster.record where n > 2`);
    const clients = await Promise.all(Array.from({ length: 4 }, () => connectStore({ url: server.dsn })));
    await Promise.all(
      clients.flatMap((client) => [pushRun(client, folder, id), pushRun(client, folder, id)]),
    );
    for (const client of clients) await client.end();
    expect(await reader().show(id)).toEqual(await journal.show(id));
    expect((await reader().verify(id)).records).toBe(4);
  });

  it('is made once by many who come at the same time', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => connectStore({ url: server.dsn })));
    for (const client of clients) await client.end();
    expect(await reader().list()).toEqual([]);
  });

  it('takes the file for the truth when a crash changed the last record', async () => {
    const { journal, folder } = open();
    const id = await record(journal);
    await server.execute(`update muster.record set body = '{"n":4,"type":"hold"}' where n = 4`);
    const client = await connectStore({ url: server.dsn });
    await pushRun(client, folder, id);
    await client.end();
    expect(await reader().show(id)).toEqual(await journal.show(id));
  });

  it('refuses a run of the same name from elsewhere', async () => {
    const { journal, problems } = open();
    const id = await record(journal);
    await server.execute(`update muster.record set body = '{"n":1,"id":"other"}' where n = 1`);
    await server.execute(`delete from muster.record where n > 1`);
    await record(journal);
    expect(problems.map(({ message }) => message)).toEqual([
      `run ${id} of another machine is in the team store`,
    ]);
  });

  it('that a newer muster made is left alone', async () => {
    await record(open().journal);
    await server.execute('update muster.version set version = 99');
    await expect(reader().list()).rejects.toThrow('the team store has version 99, this muster knows up to 1');
  });

  it('needs only rights on its table once it is made', async () => {
    await record(open().journal);
    await server.execute(
      `drop role if exists writer; create role writer login; grant usage on schema muster to writer;
       grant select, insert, update on all tables in schema muster to writer`,
    );
    const { journal, problems } = open(server.dsn.replace('muster@', 'writer@'));
    await record(journal, 'by writer');
    expect(problems).toEqual([]);
    expect((await reader().list())[0]?.header?.command).toBe('by writer');
    await server.execute('drop owned by writer; drop role writer');
  });

  it('never shows a password', async () => {
    const { journal, problems } = open('postgresql://u:S3cret@127.0.0.1:1/x?password=S3cret');
    await record(journal);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toContain('postgresql://u@127.0.0.1:1/x');
    expect(problems[0]!.message).not.toContain('S3cret');
  });

  it('can be watched: each record once, in order, also over losses of the connection', async () => {
    const { journal } = open();
    const recorder = await journal.startRun(aHeader({ nodes: ['node1', 'node2'] }));
    await eventually('it is there', async () => (await reader().list()).length === 1);
    const seen: Numbered<RunFileRecord>[] = [];
    const others: string[] = [];
    const abort = new AbortController();
    const onAway: string[] = [];
    const address = { url: server.dsn, name: 'watcher' };
    const watching = watchStore(
      address,
      {
        run: recorder.id,
        onRecord: (_, one) => void seen.push(one),
        onAway: (why) => void onAway.push(why),
      },
      abort.signal,
    );
    const all = watchStore(address, { onRecord: (run) => void others.push(run) }, abort.signal);
    await eventually('both listen', async () => {
      const client = new pg.Client({ connectionString: server.dsn });
      await client.connect();
      const { rows } = await client.query(
        `select from pg_stat_activity where application_name = 'watcher' and state = 'idle' and query like '%seen%'`,
      );
      await client.end();
      return rows.length === 2;
    });
    await recorder.started('node1');
    await eventually('it is told', () => seen.length === 2);
    await server.execute(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'watcher'`,
    );
    await recorder.ended(report('node1'));
    await recorder.finish({ exitCode: 0 });
    await watching;
    expect(seen.map(({ n, type }) => [n, type])).toEqual([
      [1, 'run'],
      [2, 'started'],
      [3, 'ended'],
      [4, 'finished'],
    ]);
    expect(onAway.length).toBeGreaterThan(0);
    await eventually('the other one saw it too', () => others.length === 3);
    abort.abort();
    await all;
  });
});

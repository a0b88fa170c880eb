import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createGroupResolver, type Groups } from '../../../src/groups/group-resolver.ts';
import { findPostgres, type PostgresServer, startPostgres } from './postgres-server.ts';

const bin = findPostgres();

describe.skipIf(bin === undefined)('groups from PostgreSQL', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres(bin!);
    await server.execute(`
      create table member (cluster int, node text, zones text[]);
      insert into member values (69, 'db69-[1-2]', '{n1,n2}'), (69, 'db69-3', null), (70, 'db70-1,@roles:x', '{}')`);
  });
  afterAll(() => server.stop());

  function groups(query: string, dsn = server.dsn, env: Record<string, string> = {}): Groups {
    const home = mkdtempSync(join(tmpdir(), 'muster-groups-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    mkdirSync(join(home, '.config/muster'), { recursive: true });
    const settings = JSON.stringify({ type: 'postgresql', dsn, query, timeout: '2s' });
    writeFileSync(join(home, '.config/muster/groups.yaml'), `sources: {cluster: ${settings}}\n`);
    return createGroupResolver({ env: { CLUSTERSHELL_CFGDIR: home, ...env }, home });
  }

  it('unite the rows of a group', async () => {
    const found = groups('select cluster, node from member order by node');

    expect(await found.groupNames('cluster')).toEqual(['69', '70']);
    expect((await found.group('cluster', '69')).expressions).toEqual(['db69-3', 'db69-[1-2]']);
    expect((await found.all('cluster')).expressions).toEqual(['db69-3', 'db69-[1-2]', 'db70-1,@roles:x']);
  });

  it('may be arrays or nothing', async () => {
    const found = groups('select cluster::text, zones from member order by node');

    expect((await found.group('cluster', '69')).expressions).toEqual(['n1', 'n2']);
    expect((await found.group('cluster', '70')).expressions).toEqual([]);
  });

  it('take parts of the address from the environment', async () => {
    const found = groups(`select 'g', 'n1'`, server.dsn.replace('muster@', '${DB_USER}@'), {
      DB_USER: 'muster',
    });

    expect((await found.group('cluster', 'g')).expressions).toEqual(['n1']);
  });

  it.each([
    ['select 1', 'the query returns 1 columns instead of group and nodes'],
    ['select nope, 1', 'column "nope" does not exist'],
    ['select true, 1', 'the first column of the query must be text'],
    [`select 'a', 1`, 'the second column of the query must be text or text[]'],
    [`insert into member values (1) returning 'a', 'b'`, 'cannot execute INSERT in a read-only transaction'],
    [`select 'a', pg_sleep(60)::text`, 'canceling statement due to statement timeout'],
  ])('fail with "%s"', async (query, message) => {
    await expect(groups(query).group('cluster', 'a')).rejects.toThrow(
      `group source "cluster": postgresql localhost/postgres: ${message}`,
    );
  });

  it('say so when the server is away, without the password', async () => {
    const dsn = 'postgresql://me:s3cret@127.0.0.1:1/db';

    const error = await groups('select 1, 2', dsn)
      .group('cluster', 'a')
      .catch((thrown: Error) => thrown);
    expect((error as Error).message).toMatch(
      /^group source "cluster": postgresql 127\.0\.0\.1:1\/db: .*ECONNREFUSED/,
    );
  });
});

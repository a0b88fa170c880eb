import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { acquireStoreLocks, type HeldStoreLocks } from '../../../src/store/store-locks.ts';
import { muster } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd } from '../../support/sshd.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../groups/postgres-server.ts';
import { eventually } from '../ssh/run-over-ssh.ts';

const bin = findPostgres();
const pgbouncer = findTool('pgbouncer', 'pgbouncer');
const sshd = findTool('sshd', 'openssh-server');

describe.skipIf(bin === undefined)('locks in the team store', () => {
  let server: PostgresServer;
  const open: HeldStoreLocks[] = [];
  beforeAll(async () => {
    server = await startPostgres(bin!);
  });
  afterEach(async () => {
    for (const locks of open.splice(0)) await locks.release();
  });
  afterAll(() => server.stop());

  const take = (who: string, names: readonly string[]) =>
    acquireStoreLocks({ url: server.dsn, name: `muster ${who}` }, names);
  const held = async (who: string, names: readonly string[]): Promise<HeldStoreLocks> => {
    const locks = await take(who, names);
    if (locks.kind !== 'held') throw new Error(`not held: ${JSON.stringify(locks)}`);
    open.push(locks);
    return locks;
  };

  it('are held by one, told to the other with the holder’s name, all or none', async () => {
    const alice = await held('alice', ['b', 'a']);
    expect(await take('bob', ['c', 'b'])).toEqual({ kind: 'locked', name: 'b', holder: 'muster alice' });
    await held('carol', ['c']);
    await alice.release();
    expect(alice.lost.aborted).toBe(false);
    await held('bob', ['a', 'b']);
  });

  it('go to exactly one of many', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => take(`op${index}`, ['x', 'y'])),
    );
    for (const answer of answers) if (answer.kind === 'held') open.push(answer);
    expect(answers.filter(({ kind }) => kind === 'held').length).toBe(1);
  });

  it('that are lost are reported', async () => {
    const alice = await held('alice', ['a']);
    await server.execute(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'muster alice'`,
    );
    await eventually('it is lost', () => alice.lost.aborted);
    expect((alice.lost.reason as Error).message).toMatch(
      /^cannot hold the lock in the team store postgresql:/,
    );
    await held('bob', ['a']);
  });

  it.skipIf(pgbouncer === undefined)('are not taken through a connection pooler', async () => {
    const pooler = await startPgBouncer(server.dsn);
    try {
      for (const database of ['transaction', 'session']) {
        const url = `postgresql://muster@localhost:6432/${database}?host=${encodeURIComponent(pooler.folder)}`;
        expect(await acquireStoreLocks({ url }, ['a'])).toEqual({ kind: 'pooled' });
      }
    } finally {
      await pooler.stop();
    }
  });

  it.skipIf(sshd === undefined)(
    'keep a second operator off nodes whose own locks do not meet',
    { timeout: 60_000 },
    async () => {
      // two servers stand for two logins that do not share a lock on the node
      const servers = await Promise.all([startSshd(), startSshd()]);
      const first = { ...servers[0].env, MUSTER_STORE: server.dsn };
      const second = { ...servers[1].env, MUSTER_STORE: server.dsn };
      const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));
      const gate = join(servers[0].folder, 'gate');
      const command = `touch ${gate}.begun; while [ ! -e ${gate} ]; do sleep 0.1; done`;
      const running = spawn(program, ['roll', '--yes', '-w', 'n1', '--', command], {
        env: { ...process.env, ...first },
        stdio: 'ignore',
      });
      const over = new Promise<number | null>((resolve) => running.once('close', resolve));
      try {
        await eventually('the first is at work', () => exists(`${gate}.begun`), 30_000);
        const refused = await muster(['roll', '--yes', '-w', 'n1', '--', 'true'], { env: second });
        expect(refused.code).toBe(7);
        expect(refused.stderr).toMatch(/^muster: n1 is locked by muster .* \(seen in the team store\)\n/);
        await server.execute(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'muster %'`,
        );
        writeFileSync(gate, '');
        expect(await over).toBe(0);
        expect((await muster(['roll', '--yes', '-w', 'n1', '--', 'true'], { env: second })).code).toBe(0);
      } finally {
        running.kill('SIGKILL');
        await Promise.all(servers.map((one) => one.stop()));
      }
    },
  );
});

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** A pooler in front of the server, with a database for each way it pools. */
async function startPgBouncer(dsn: string): Promise<{ folder: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
  const upstream = `host=${new URL(dsn).searchParams.get('host')} dbname=postgres user=muster`;
  writeFileSync(
    join(folder, 'ini'),
    [
      '[databases]',
      `transaction = ${upstream} pool_mode=transaction`,
      `session = ${upstream} pool_mode=session`,
      '[pgbouncer]',
      'listen_port = 6432',
      `unix_socket_dir = ${folder}`,
      'auth_type = any',
      'ignore_startup_parameters = extra_float_digits',
      '',
    ].join('\n'),
  );
  chmodSync(folder, 0o755);
  const owner = process.getuid?.() === 0 ? statSync(new URL(dsn).searchParams.get('host')!) : undefined;
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const child: ChildProcess = spawn(pgbouncer!, [join(folder, 'ini')], {
    stdio: 'ignore',
    ...(owner === undefined ? {} : { uid: owner.uid, gid: owner.gid }),
  });
  const over = new Promise((resolve) => child.once('close', resolve));
  await eventually('the pooler listens', () => exists(join(folder, '.s.PGSQL.6432')));
  return {
    folder,
    async stop() {
      child.kill('SIGKILL');
      await over;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

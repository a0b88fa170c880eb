import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../groups/postgres-server.ts';
import { eventually } from '../ssh/run-over-ssh.ts';

const bin = findPostgres();
const missing = bin === undefined || findTool('sshd', 'openssh-server') === undefined;

describe.skipIf(missing)('colleagues with a team store', { timeout: 120_000 }, () => {
  let server: PostgresServer;
  let sshd: TestSshd;
  beforeAll(async () => {
    [server, sshd] = await Promise.all([startPostgres(bin!), startSshd()]);
  });
  afterAll(async () => {
    await sshd.stop();
    await server.stop();
  });

  /** A colleague: a home and a journal of their own. */
  const colleague = (name: string, configured = true): Record<string, string> => {
    const home = join(sshd.folder, name);
    mkdirSync(join(home, '.config/muster'), { recursive: true });
    if (configured) {
      const address = server.dsn.replaceAll('%', '%%');
      writeFileSync(join(home, '.config/muster/clush.conf'), `[Main]\nstore: ${address}\n`);
    }
    return {
      ...sshd.env,
      HOME: home,
      XDG_STATE_HOME: join(home, 'state'),
      XDG_CONFIG_HOME: join(home, '.config'),
      CLUSTERSHELL_CFGDIR: join(home, 'clustershell'),
    };
  };

  it('see each other’s runs, as they happen and afterwards', async () => {
    const alice = colleague('alice');
    const bob = colleague('bob');
    const watch = spawn(fileURLToPath(new URL('../../../bin/muster', import.meta.url)), ['runs', 'watch'], {
      env: { ...process.env, ...bob },
    });
    let watched = '';
    watch.stdout.setEncoding('utf8').on('data', (text: string) => (watched += text));
    try {
      // the watcher makes the store when it is the first
      await eventually('bob watches', async () => {
        const { stdout } = await muster(['runs', 'list', '--store', '--json'], { env: bob });
        const listening = `do $$ begin if not exists (select from pg_stat_activity where application_name like 'muster watch%' and state = 'idle' and query like '%seen%') then raise 'no'; end if; end $$`;
        return (
          stdout.includes('"runs":[]') &&
          (await server.execute(listening).then(
            () => true,
            () => false,
          ))
        );
      });
      const run = await muster(['-w', 'n[1-2]', 'echo', 'hello'], { env: alice });
      expect([run.code, run.stderr]).toEqual([0, '']);
      await eventually('bob is told of the end', () => watched.includes('finished, exit status 0'));
      expect(watched).toMatch(/: echo hello \(n\[1-2\]\)\n.*  n1: started\n/);
    } finally {
      watch.kill('SIGKILL');
    }

    const list = await muster(['runs', 'list', '--store'], { env: bob });
    expect(list.stdout).toMatch(/echo hello/);
    const own = await muster(['runs', 'list'], { env: bob });
    expect(own.stdout).toBe('');
    const verified = await muster(['runs', 'verify', '--store'], { env: bob });
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/ sound, 6 records\n$/)]);
    const again = await muster(['runs', 'watch', 'last', '--json-lines'], { env: bob });
    expect(again.stdout.trim().split('\n')).toHaveLength(6);
    expect(again.code).toBe(0);
  });

  it('work on while it is away, and are told once', async () => {
    const env = { ...colleague('carol', false), MUSTER_STORE: 'postgresql://u:S3cret@127.0.0.1:1/x' };
    const run = await muster(['-w', 'n1', 'echo', 'hello'], { env });
    expect([run.code, run.stdout]).toEqual([0, 'n1: hello\n']);
    expect(run.stderr).toMatch(
      /^muster: cannot open the team store postgresql:\/\/u@127.0.0.1:1\/x: .*ECONNREFUSED.*\. Runs are complete in/,
    );
    expect(run.stderr.split('\n')).toHaveLength(2);
    const list = await muster(['runs', 'list', '--store'], { env });
    expect([list.code, list.stdout]).toEqual([2, '']);
    expect(list.stderr).not.toContain('S3cret');
  });

  it('are told what to do when none is configured', async () => {
    const { code, stderr } = await muster(['runs', 'watch'], { env: colleague('dave', false) });
    expect([code, stderr]).toEqual([2, expect.stringContaining('no team store is configured')]);
  });

  it('can check their own records without one', async () => {
    const env = colleague('erin', false);
    await muster(['-w', 'n1', 'true'], { env });
    await muster(['-w', 'n1', 'true'], { env });
    expect((await muster(['runs', 'verify'], { env })).code).toBe(0);
    const folder = join(env['XDG_STATE_HOME']!, 'muster/runs');
    writeFileSync(join(folder, readdirSync(folder).toSorted()[0]!), 'rubbish\nrubbish\n');
    const { code, stdout } = await muster(['runs', 'verify'], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/sound, 4 records\n.*damaged, 0 records are whole: .*:1: .*not a journal line\n$/);
  });
});

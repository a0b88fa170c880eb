import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Executor } from '../../../src/fanout/executor.ts';
import { openServerSocket } from '../../../src/session/server-socket.ts';
import { openSqlSession, type SqlSession } from '../../../src/sql/sql-session.ts';
import { createSshExecutor, type SshExecutor } from '../../../src/ssh/executor.ts';
import { createLocalExecutor } from '../../../src/local/local-executor.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const bin = postgresPrograms();
const socat = findTool('socat', 'socat');
/** A server refuses to run as root: then it is postgres's. */
const owner = process.getuid?.() === 0 ? 'postgres' : userInfo().username;
const { signal } = new AbortController();

describe.skipIf(bin === undefined || findTool('sshd', 'openssh-server') === undefined)(
  'SQL on a node',
  () => {
    let server: TestPostgres;
    let sshd: TestSshd;
    let path: string;

    beforeAll(async () => {
      server = startPostgres(bin!, 20_000 + (process.pid % 20_000));
      path = `${server.folder}/.s.PGSQL.${server.port}`;
      // sshd without PAM refuses postgres: its password is locked.
      sshd = await startSshd({ nodes: 2, config: ['UsePAM yes'] });
    });
    afterAll(async () => {
      await sshd?.stop();
      server?.stop();
    });

    const over = (executor: Executor, socket = path): Promise<SqlSession> =>
      openSqlSession({
        stream: () => openServerSocket(executor, { node: 'n1', path: socket, owner }, signal),
        user: owner,
        database: 'postgres',
        name: 'a test',
        connectMs: 20_000,
        statementMs: 20_000,
        signal,
      });
    const loginAs = (user: string): SshExecutor =>
      createSshExecutor({
        env: {},
        home: sshd.folder,
        localUser: userInfo().username,
        configFile: sshd.sshConfigPath,
        user,
        keepOpen: true,
      });
    const whoAmI = async (session: SqlSession): Promise<unknown[]> => {
      try {
        return await session.column(
          "select concat_ws(' ', current_user, current_setting('application_name'))",
        );
      } finally {
        await session.close();
      }
    };

    it('goes through a command when the login is another user', async () => {
      const executor = loginAs(userInfo().username);
      expect(await whoAmI(await over(executor))).toEqual([`${owner} a test`]);
      await executor.close();
    });

    it('goes through sshd itself when the login owns the server', async () => {
      const executor = loginAs(owner);
      const commands: string[] = [];
      const watched = {
        ...executor,
        execute: (...args: Parameters<Executor['execute']>) => {
          commands.push(args[1].command);
          return executor.execute(...args);
        },
      };
      expect(await whoAmI(await over(watched))).toEqual([`${owner} a test`]);
      expect(commands).toEqual([]);
      await executor.close();
    });

    it('falls back to a command where sshd forwards no sockets', async () => {
      const strict = await startSshd({ nodes: 1, config: ['UsePAM yes', 'AllowStreamLocalForwarding no'] });
      const executor = createSshExecutor({
        env: {},
        home: strict.folder,
        localUser: userInfo().username,
        configFile: strict.sshConfigPath,
        user: owner,
      });
      expect(await whoAmI(await over(executor))).toEqual([`${owner} a test`]);
      await executor.close();
      await strict.stop();
    });

    it.skipIf(socat === undefined).each(['socat', 'python3'])(
      'needs no more than %s on the node',
      async (tool) => {
        const folder = mkdtempSync(join(tmpdir(), 'path-'));
        chmodSync(folder, 0o755);
        for (const name of ['sh', 'id', 'runuser', tool]) {
          const program = ['/bin', '/usr/bin', '/sbin', '/usr/sbin']
            .map((path) => join(path, name))
            .find(existsSync);
          if (program !== undefined) symlinkSync(program, join(folder, name));
        }
        const local = createLocalExecutor();
        const executor: Executor = {
          ...local,
          execute: (node, task, ...rest) =>
            local.execute(node, { ...task, command: `PATH=${folder}; ${task.command}` }, ...rest),
        };
        expect(await whoAmI(await over(executor))).toEqual([`${owner} a test`]);
        rmSync(folder, { recursive: true });
      },
    );

    it('carries large answers, in both directions', async () => {
      const executor = loginAs(userInfo().username);
      const session = await over(executor);
      const long = 'x'.repeat(3_000_000);
      expect(await session.column(`select length('${long}')`)).toEqual([long.length]);
      const rows = await session.column("select repeat('y', 1000) from generate_series(1, 10000)");
      expect([rows.length, new Set(rows).size]).toEqual([10_000, 1]);
      await session.close();
      await executor.close();
    });

    it('writes nothing', async () => {
      const session = await over(createLocalExecutor());
      await expect(session.column('create table t (i int)')).rejects.toThrow('read-only transaction');
      await session.close();
    });

    it('says why there is no socket to talk to', async () => {
      await expect(over(createLocalExecutor(), '/nowhere/.s.PGSQL.5432')).rejects.toThrow(/No such file/);
    });
  },
);

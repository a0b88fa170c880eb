import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Executor } from '../../../src/fanout/executor.ts';
import { createSessionState } from '../../../src/shell/session-state.ts';
import { createLocalExecutor } from '../../support/local-executor.ts';
import { findTool } from '../../support/require-tool.ts';

const sshd = findTool('sshd', 'openssh-server');
const ssh = findTool('ssh', 'openssh-client');
const sshKeygen = findTool('ssh-keygen', 'openssh-client');

describe.skipIf(sshd === undefined || ssh === undefined || sshKeygen === undefined)(
  'the state kept over a real sshd',
  () => {
    let folder: string;
    let remote: Executor;
    const { username, homedir } = userInfo();

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'muster-sshd-'));
      // Root's sshd refuses to start without it; the service makes it at boot.
      if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
      for (const key of ['host', 'user']) {
        execFileSync(sshKeygen!, ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
      }
      const config = join(folder, 'sshd_config');
      writeFileSync(
        config,
        `HostKey ${folder}/host\nAuthorizedKeysFile ${folder}/user.pub\nStrictModes no\nUsePAM no\nPidFile none\n` +
          'PermitRootLogin yes\nPasswordAuthentication no\n',
      );
      // No port and no daemon: sshd speaks on the pipe of each client and ends with it.
      const options = {
        ProxyCommand: `${sshd} -i -f ${config}`,
        IdentityFile: join(folder, 'user'),
        UserKnownHostsFile: '/dev/null',
        StrictHostKeyChecking: 'no',
        BatchMode: 'yes',
        LogLevel: 'ERROR',
      };
      const settings = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
      remote = createLocalExecutor({
        argv: (node, command) => [ssh!, '-F', 'none', ...settings, '-l', username, '--', node, command],
      });
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    async function run(executor: Executor, command: string): Promise<unknown[]> {
      const output = { stdout: '', stderr: '' };
      const outcome = await executor.execute(
        'n1',
        { command },
        { write: (stream, chunk) => void (output[stream] += chunk.toString()) },
        new AbortController().signal,
      );
      return [output.stdout, output.stderr, outcome];
    }

    it('holds directory and variables, and leaves streams and exit codes as they are', async () => {
      const state = createSessionState();
      const executor = state.around(remote);
      const ok = { kind: 'finished', code: 0 };

      expect(await run(executor, 'pwd')).toEqual([`${homedir}\n`, '', ok]);
      expect(await run(executor, 'cd /usr && export PGUSER="it is" && echo moved >&2')).toEqual([
        '',
        'moved\n',
        ok,
      ]);
      expect(await run(executor, 'pwd; echo "$PGUSER"; cat; exit 7')).toEqual([
        '/usr\nit is\n',
        '',
        { kind: 'finished', code: 7 },
      ]);
      // What a login sets anew each time is not carried over from the first one.
      expect([...(state.of('n1')?.exports.keys() ?? [])]).toEqual(['PGUSER']);
      expect(await run(executor, 'cd; unset PGUSER')).toEqual(['', '', ok]);
      expect(await run(executor, 'pwd')).toEqual([`${homedir}\n`, '', ok]);
    });

    it('lets a background process go, as without it', async () => {
      const executor = createSessionState().around(remote);
      const start = performance.now();
      await run(executor, 'cd /usr; nohup sleep 5 >/dev/null 2>&1 </dev/null &');

      expect(performance.now() - start).toBeLessThan(4500);
    });
  },
);

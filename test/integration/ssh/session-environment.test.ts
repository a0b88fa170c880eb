import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshExecutor } from '../../../src/ssh/executor.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { run, sshExecutor, transports } from './run-over-ssh.ts';

const sshd = findTool('sshd', 'openssh-server');
const ssh = findTool('ssh', 'openssh-client');
const sshAgent = findTool('ssh-agent', 'openssh-client');
const missing = sshd === undefined || ssh === undefined || sshAgent === undefined;

describe.skipIf(missing).each(transports)('what ssh_config gives to a command, by %s', (transport) => {
  let server: TestSshd;
  let agent: ChildProcess;
  let socket: string;
  let fingerprint: string;
  let executor: SshExecutor | undefined;
  const notices: string[] = [];
  const config = (name: string) => join(server.folder, name);
  const path = { PATH: process.env['PATH'] };

  beforeAll(async () => {
    server = await startSshd({ nodes: 2, config: ['AcceptEnv T_*'] });
    socket = join(server.folder, 'agent');
    agent = spawn(sshAgent!, ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => agent.stdout!.once('data', resolve));
    execFileSync('ssh-add', ['-q', server.identityPath], { env: { ...path, SSH_AUTH_SOCK: socket } });
    fingerprint = execFileSync('ssh-keygen', ['-lf', server.identityPath], { encoding: 'utf8' }).split(
      ' ',
    )[1]!;
  });
  afterAll(async () => {
    agent.kill();
    await server.stop();
  });
  afterEach(async () => {
    await executor?.close();
    notices.length = 0;
  });

  function start(lines: readonly string[], env: Readonly<Record<string, string>> = {}): SshExecutor {
    const file = config(`given_${transport}`);
    writeFileSync(file, `${lines.join('\n')}\n${readFileSync(server.sshConfigPath, 'utf8')}`);
    executor = sshExecutor(
      { ...server, sshConfigPath: file },
      {
        transport,
        keepOpen: true,
        env: { ...path, ...env },
        onNotice: (_node, text) => notices.push(text),
      },
    );
    return executor;
  }

  it.each([
    ['SendEnv', ['SendEnv T_A T_L*', 'SendEnv T_A T_B', 'SendEnv -T_L?2 -none']],
    ['SetEnv', ['SetEnv T_A=set "T_NEW=two words" T_EMPTY=', 'SetEnv T_LATE=1', 'SendEnv T_A']],
  ])('is %s, as for ssh', async (_keyword, lines) => {
    const own = { T_A: 'a', T_B: 'b b', T_L1: '', T_L22: 'x', T_NOT: 'n' };
    const started = start(lines, own);
    const show = "env | grep '^T_' | sort";

    const ours = await run(started, 'n1', show);
    const theirs = execFileSync(ssh!, ['-F', config(`given_${transport}`), 'n1', show], {
      env: { ...path, ...own },
      encoding: 'utf8',
    });

    expect(theirs).toContain('T_A=');
    expect(ours.stdout).toBe(theirs);
    // and for each further command of the connection
    expect((await run(started, 'n1', show)).stdout).toBe(theirs);
  });

  it('is no agent unless ForwardAgent says so', async () => {
    const started = start([`IdentityAgent ${socket}`]);

    expect((await run(started, 'n1', 'echo "[$SSH_AUTH_SOCK]"')).stdout).toBe('[]\n');
  });

  it.each([
    ['yes', [() => `IdentityAgent ${socket}`, () => 'ForwardAgent yes']],
    ['a path', [() => `ForwardAgent ${socket}`]],
  ])('is the agent with ForwardAgent, %s', async (_what, lines) => {
    const started = start(lines.map((line) => line()));

    const results = await Promise.all(['n1', 'n1', 'n2'].map((node) => run(started, node, 'ssh-add -l')));
    const later = await run(started, 'n1', 'ssh-add -l');

    for (const { stdout } of [...results, later]) expect(stdout).toContain(fingerprint);
    expect(notices).toEqual([]);
  });

  it('is said to be missing when the server does not let the agent be forwarded', async () => {
    const refusing = await startSshd({ nodes: 1, config: ['AllowAgentForwarding no'] });
    executor = sshExecutor(refusing, {
      transport,
      keepOpen: true,
      env: path,
      options: [['ForwardAgent', socket]],
      onNotice: (node, text) => notices.push(`${node}: ${text}`),
    });

    expect((await run(executor, 'n1', 'echo in')).stdout).toBe('in\n');
    expect((await run(executor, 'n1', 'echo again')).stdout).toBe('again\n');
    expect(notices).toEqual(['n1: the server does not let the agent be forwarded (AllowAgentForwarding)']);
    await executor.close();
    await refusing.stop();
  });

  it('is no agent where a changed host key is tolerated', async () => {
    const other = await startSshd({ nodes: 1 });
    const wrong = readFileSync(server.knownHostsPath, 'utf8').replaceAll(`:${server.port}`, `:${other.port}`);
    writeFileSync(other.knownHostsPath, wrong);
    executor = sshExecutor(other, {
      transport,
      env: path,
      options: [
        ['ForwardAgent', socket],
        ['StrictHostKeyChecking', 'no'],
      ],
      onNotice: (_node, text) => notices.push(text),
    });

    expect((await run(executor, 'n1', 'echo "[$SSH_AUTH_SOCK]"')).stdout).toBe('[]\n');
    expect(notices.join()).toContain('HOST KEY HAS CHANGED');
    await executor.close();
    await other.stop();
  });
});

import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshExecutor, SshOptions } from '../../../src/ssh/executor.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { startSshServer } from './fake-server.ts';
import { eventually, run, sshExecutor } from './run-over-ssh.ts';

const sshd = findTool('sshd', 'openssh-server');
const ssh = findTool('ssh', 'openssh-client');
const finished = { kind: 'finished', code: 0 };

describe.skipIf(sshd === undefined || ssh === undefined)('the system’s ssh as transport', () => {
  let server: TestSshd;
  let executor: SshExecutor | undefined;
  let runtime: string;
  const questions: string[] = [];

  beforeAll(async () => {
    runtime = mkdtempSync(join(tmpdir(), 'run-'));
    server = await startSshd({ nodes: 4 });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(runtime, { recursive: true, force: true });
  });
  afterEach(async () => {
    await executor?.close();
    executor = undefined;
    questions.length = 0;
  });

  function start(options: Partial<SshOptions> = {}): SshExecutor {
    executor = sshExecutor(server, { env: { XDG_RUNTIME_DIR: runtime }, ...options });
    return executor;
  }
  const answering = (...answers: readonly (string | undefined)[]) => ({
    async ask(question: string) {
      questions.push(question);
      return answers[questions.length - 1];
    },
  });
  const keygen = (...words: readonly string[]) => execFileSync('ssh-keygen', ['-q', ...words]);

  it('leaves no file and no process behind', async () => {
    const begun = start({ transport: 'openssh', keepOpen: true });
    await run(begun, 'n1', 'true');
    expect(readdirSync(runtime)).toHaveLength(1);
    const pids = mastersIn(runtime);
    expect(pids).not.toEqual([]);

    await begun.close();

    expect(readdirSync(runtime)).toEqual([]);
    await eventually('the ssh program is gone', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  });

  it('leaves no process behind when muster is killed', async () => {
    const marker = join(runtime, 'begun');
    const muster = spawn(
      fileURLToPath(new URL('../../../bin/node', import.meta.url)),
      [
        fileURLToPath(new URL('run-until-killed.ts', import.meta.url)),
        server.sshConfigPath,
        `echo > ${marker}; exec sleep 60`,
      ],
      { env: { ...process.env, XDG_RUNTIME_DIR: runtime }, stdio: 'inherit' },
    );
    await eventually('the command runs', () => existsSync(marker), 30_000);
    const pids = mastersIn(runtime);
    expect(pids).not.toEqual([]);

    muster.kill('SIGKILL');

    await eventually('the ssh program is gone', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
    rmSync(marker);
    await eventually('its folder is gone', () => readdirSync(runtime).length === 0);
  });

  it('asks for the passphrase of a key once for all nodes, through its own terminal', async () => {
    const key = join(server.folder, 'locked');
    keygen('-t', 'ed25519', '-N', 'open sesame', '-f', key);
    const authorized = readFileSync(`${server.identityPath}.pub`, 'utf8');
    writeFileSync(join(server.folder, 'authorized_keys'), readFileSync(`${key}.pub`, 'utf8'));
    const openssh = start({
      transport: 'openssh',
      options: [['IdentityFile', key]],
      prompter: answering('wrong', 'open sesame'),
    });

    const results = await Promise.all(['n1', 'n2', 'n3'].map((node) => run(openssh, node, 'echo in')));

    for (const { stdout } of results) expect(stdout).toBe('in\n');
    expect(questions).toEqual(Array(2).fill(`Enter passphrase for key '${key}': `));
    writeFileSync(join(server.folder, 'authorized_keys'), authorized);
  });

  it('gives a password to all nodes once one has taken it, a refused one to no other', async () => {
    const tried: string[] = [];
    const passwords = await startSshServer({
      authenticate(context) {
        if (context.method === 'password') tried.push(context.password);
        if (context.method === 'password' && context.password === 'right') context.accept();
        else context.reject(['password']);
      },
      onSession: (session) =>
        session.on('exec', (accept) => {
          const channel = accept();
          channel.exit(0);
          channel.end();
        }),
    });
    const nodes = ['a', 'b', 'c'];
    for (const [answer, times, outcome] of [
      ['right', 3, finished],
      ['wrong', 1, { kind: 'not-started', phase: 'auth', reason: 'auth-failed', retryable: false }],
    ] as const) {
      questions.length = 0;
      tried.length = 0;
      const openssh = sshExecutor(passwords, { transport: 'openssh', prompter: answering(answer) });

      const results = await Promise.all(nodes.map((node) => run(openssh, node, 'x')));

      for (const result of results) expect(result.outcome).toMatchObject(outcome);
      expect(questions).toEqual([expect.stringMatching(/^Password for someone \(asked by [abc]\): $/)]);
      expect(tried).toEqual(Array(times).fill(answer));
      await openssh.close();
    }
    await passwords.stop();
  });

  it('is chosen for a user certificate, and the reason is told', async () => {
    const authority = join(server.folder, 'user_ca');
    const key = join(server.folder, 'certified');
    keygen('-t', 'ed25519', '-N', '', '-f', authority);
    keygen('-t', 'ed25519', '-N', '', '-f', key);
    keygen('-s', authority, '-I', 'test', '-n', userInfo().username, `${key}.pub`);
    const authorized = readFileSync(join(server.folder, 'authorized_keys'), 'utf8');
    const line = `cert-authority ${readFileSync(`${authority}.pub`, 'utf8')}`;
    writeFileSync(join(server.folder, 'authorized_keys'), line);
    const config = join(server.folder, 'with_certificate');
    writeFileSync(
      config,
      `CertificateFile ${key}-cert.pub\nIdentityFile ${key}\n${readFileSync(server.sshConfigPath, 'utf8')}`,
    );
    const openssh = start({ configFile: config });

    expect(await openssh.transportOf('n1')).toEqual({
      transport: 'openssh',
      because: [`certificatefile ${key}-cert.pub (${config}:1)`],
    });
    expect((await run(openssh, 'n1', 'echo in')).stdout).toBe('in\n');
    writeFileSync(join(server.folder, 'authorized_keys'), authorized);
  });

  it('names the keyword when it is needed and must not be used', async () => {
    const options = [['CertificateFile', '/x']] as const;

    expect((await run(start({ transport: 'ssh2', options }), 'n1', 'true')).outcome).toEqual({
      kind: 'not-started',
      phase: 'config',
      reason: 'config',
      message: 'ssh_config asks for certificatefile /x (-o CertificateFile)',
      hint: 'Only the system’s ssh can do this: leave out --transport ssh2.',
      retryable: false,
    });
  });

  it('names a RemoteCommand, which ssh refuses beside a command too', async () => {
    const options = [['RemoteCommand', 'tmux']] as const;

    expect((await run(start({ options }), 'n1', 'true')).outcome).toMatchObject({
      reason: 'config',
      message: 'ssh_config leaves no room for a command: remotecommand tmux (-o RemoteCommand)',
    });
  });

  it('refuses a key that RevokedHostKeys names', async () => {
    const krl = join(server.folder, 'krl');
    keygen('-k', '-f', krl, join(server.folder, 'host_ed25519.pub'));

    expect((await run(start({ options: [['RevokedHostKeys', krl]] }), 'n1', 'true')).outcome).toMatchObject({
      phase: 'host-key',
      reason: 'host-key-revoked',
      retryable: false,
    });
  });

  it('carries SFTP and connections to Unix sockets', async () => {
    const openssh = start({ transport: 'openssh' });
    const stream = await openssh.openSubsystem('n1', 'sftp', new AbortController().signal);
    if ('kind' in stream) throw new Error(JSON.stringify(stream));
    // SSH_FXP_INIT, version 3; the answer is SSH_FXP_VERSION (2)
    stream.write(Buffer.from([0, 0, 0, 5, 1, 0, 0, 0, 3]));

    const [answer] = (await stream.take(1).toArray()) as [Buffer];

    expect(answer[4]).toBe(2);
    expect(answer.readUInt32BE(5)).toBe(3);
    stream.destroy();
  });
});

describe.skipIf(sshd === undefined || ssh === undefined)('a host that shows a certificate', () => {
  it('is trusted by @cert-authority, through the system’s ssh', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'host-ca-'));
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'ca')]);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')]);
    const sign = [
      '-q',
      '-s',
      join(folder, 'ca'),
      '-I',
      'host',
      '-h',
      '-n',
      '127.1.0.1',
      join(folder, 'host.pub'),
    ];
    execFileSync('ssh-keygen', sign);
    const server = await startSshd({
      nodes: 1,
      config: [`HostKey ${join(folder, 'host')}`, `HostCertificate ${join(folder, 'host-cert.pub')}`],
    });
    writeFileSync(server.knownHostsPath, `@cert-authority * ${readFileSync(join(folder, 'ca.pub'), 'utf8')}`);
    const executor = sshExecutor(server);

    expect(await executor.transportOf('n1')).toEqual({
      transport: 'openssh',
      because: [`@cert-authority (${server.knownHostsPath}:1)`],
    });
    expect((await run(executor, 'n1', 'true')).outcome).toEqual(finished);

    await executor.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('without an ssh program', () => {
  it('says what needs it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-ssh-'));
    mkdirSync(join(folder, 'home'));
    writeFileSync(join(folder, 'ssh_config'), 'PKCS11Provider /usr/lib/token.so\n');
    const executor = sshExecutor(
      { folder, sshConfigPath: join(folder, 'ssh_config') },
      { sshProgram: { path: undefined } },
    );

    expect((await run(executor, 'node', 'true')).outcome).toMatchObject({
      kind: 'not-started',
      reason: 'config',
      message: `the system's ssh is needed (pkcs11provider /usr/lib/token.so (${folder}/ssh_config:1)) and there is no ssh program in PATH`,
      hint: 'Install the OpenSSH client (Debian: openssh-client).',
    });
    await executor.close();
    rmSync(folder, { recursive: true });
  });
});

/** Process ids of the ssh programs whose control sockets are in a folder of this one. */
function mastersIn(runtime: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('-M') && words.some((word) => word.startsWith(`${runtime}/`));
      } catch {
        return false;
      }
    })
    .map(Number);
}

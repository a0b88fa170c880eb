import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthContext, KeyboardAuthContext } from 'ssh2';
import type { SshExecutor, SshOptions } from '../../../src/ssh/executor.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { type FakeServer, startSshServer } from './fake-server.ts';
import { run, sshExecutor, transports } from './run-over-ssh.ts';

const sshd = findTool('sshd', 'openssh-server');
const sshAgent = findTool('ssh-agent', 'openssh-client');

/** OpenSSH's own FIDO token made of software, in Debian's package openssh-tests. */
const softToken = '/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so';
if (!existsSync(softToken) && process.env['MUSTER_TEST_REQUIRE_TOOLS'] === '1') {
  throw new Error(`${softToken} is needed by these tests: apt-get install openssh-tests`);
}

let executor: SshExecutor | undefined;
const questions: string[] = [];
const answering = (...answers: (string | undefined)[]) => ({
  async ask(question: string) {
    questions.push(question);
    return answers.shift();
  },
});
const finished = { kind: 'finished', code: 0 };

beforeEach(() => {
  questions.length = 0;
});
afterEach(async () => executor?.close());

describe.skipIf(sshd === undefined || sshAgent === undefined)('logging in to a real sshd', () => {
  let server: TestSshd;
  let user: string;
  let agent: ChildProcess;
  let socket: string;

  beforeAll(async () => {
    server = await startSshd({ nodes: 4, config: ['MaxAuthTries 10'] });
    user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
    makeKey('stranger', ['-t', 'ed25519', '-N', '']);
    makeKey('locked', ['-t', 'ed25519', '-N', 'open sesame', '-a', '2']);
    socket = join(server.folder, 'agent');
    agent = spawn(sshAgent!, ['-D', '-P', softToken, '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => agent.stdout!.once('data', resolve));
  });
  afterAll(async () => {
    agent.kill();
    await server.stop();
  });

  const file = (name: string) => join(server.folder, name);
  function makeKey(name: string, args: readonly string[]): void {
    execFileSync('ssh-keygen', ['-q', ...args, '-f', file(name)]);
  }
  const load = (...args: string[]) =>
    execFileSync('ssh-add', ['-q', ...args], {
      env: { PATH: process.env['PATH'], SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    });
  const allow = (...names: string[]) =>
    writeFileSync(
      file('authorized_keys'),
      names.map((name) => readFileSync(`${file(name)}.pub`, 'utf8')).join(''),
    );
  function login(
    lines: readonly (readonly [string, string])[],
    options: Partial<SshOptions> = {},
  ): SshExecutor {
    executor = sshExecutor(server, { options: lines, ...options });
    return executor;
  }
  const failure = (
    message: string,
    hint = 'Check the user name and the keys; muster never tries again by itself: servers lock out.',
  ) => ({
    kind: 'not-started',
    phase: 'auth',
    reason: 'auth-failed',
    message: `authentication failed for ${user} (${message})`,
    hint,
    retryable: false,
  });

  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['ecdsa', ['-t', 'ecdsa', '-b', '384']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['rsa-pem', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
  ])('works with a key file of type %s', async (name, args) => {
    makeKey(name, [...args, '-N', '']);
    allow(name);
    // the configuration of the test server names a key of its own, which comes after this one
    const ssh = login([['IdentityFile', file(name)]]);

    expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
  });

  it('says what was tried and what the server takes', async () => {
    allow('stranger');
    const { outcome } = await run(login([]), 'n1', 'true');

    expect(outcome).toEqual(
      failure(`tried: ${file('id_ed25519')}; server accepts: publickey, keyboard-interactive`),
    );
  });

  it.each(transports)('says what was tried of a certificate that has expired, by %s', async (transport) => {
    const key = `certified-${transport}`;
    makeKey(key, ['-t', 'ed25519', '-N', '']);
    makeKey(`authority-${transport}`, ['-t', 'ed25519', '-N', '']);
    const sign = ['-q', '-s', file(`authority-${transport}`), '-I', 'test', '-n', user, '-V', '-2h:-1h'];
    execFileSync('ssh-keygen', [...sign, `${file(key)}.pub`]);
    const authority = readFileSync(`${file(`authority-${transport}`)}.pub`, 'utf8');
    writeFileSync(file('authorized_keys'), `cert-authority ${authority}`);

    const { outcome } = await run(login([['IdentityFile', file(key)]], { transport }), 'n1', 'true');

    expect(outcome).toMatchObject({
      kind: 'not-started',
      reason: 'auth-failed',
      message: expect.stringContaining(file(key)) as string,
      retryable: false,
    });
  });

  it.each(transports)(
    'goes on with a file when the agent’s owner does not confirm, by %s',
    async (transport) => {
      const confirming = file(`confirming-${transport}`);
      const refusal = { ...process.env, SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force' };
      const own = spawn(sshAgent!, ['-D', '-a', confirming], {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: refusal,
      });
      await new Promise((resolve) => own.stdout.once('data', resolve));
      const key = `to-be-confirmed-${transport}`;
      makeKey(key, ['-t', 'ed25519', '-N', '']);
      execFileSync('ssh-add', ['-q', '-c', file(key)], {
        env: { ...process.env, SSH_AUTH_SOCK: confirming },
        stdio: 'ignore',
      });
      const lines = [
        ['IdentityAgent', confirming],
        ['IdentitiesOnly', 'no'],
      ] as const;

      allow(key, 'id_ed25519');
      expect((await run(login(lines, { transport }), 'n1', 'true')).outcome).toEqual(finished);
      await executor?.close();
      allow(key);
      const refused = await run(login(lines, { transport }), 'n1', 'true');
      own.kill();

      expect(refused.outcome).toMatchObject({
        reason: 'auth-failed',
        message: expect.stringContaining('agent (1 key)') as string,
      });
    },
  );

  it('says that there was nothing to try', async () => {
    const { outcome } = await run(
      login([
        ['IdentityFile', 'none'],
        ['PubkeyAuthentication', 'no'],
      ]),
      'n1',
      'true',
    );

    expect(outcome).toEqual(failure('nothing to try; server accepts: publickey, keyboard-interactive'));
  });

  it('asks for the passphrase of an encrypted key once for all nodes', async () => {
    allow('locked');
    const ssh = login([['IdentityFile', file('locked')]], { prompter: answering('wrong', 'open sesame') });

    const results = await Promise.all(['n1', 'n2', 'n3'].map((node) => run(ssh, node, 'true')));

    for (const { outcome } of results) expect(outcome).toEqual(finished);
    expect(questions).toEqual(
      Array.from({ length: 2 }, () => `Enter passphrase for key '${file('locked')}': `),
    );
  });

  it('names the encrypted key when nobody can be asked', async () => {
    allow('locked');
    const { outcome } = await run(login([['IdentityFile', file('locked')]]), 'n1', 'true');

    expect(outcome).toEqual(
      failure(
        `tried: ${file('id_ed25519')}; server accepts: publickey, keyboard-interactive; ${file('locked')} is encrypted, and nobody could be asked for its passphrase`,
        `Load it into an agent: ssh-add ${file('locked')}`,
      ),
    );
  });

  it('goes on with the next key when one cannot be read', async () => {
    allow('id_ed25519');
    makeKey('chacha', ['-t', 'ed25519', '-N', 'x', '-a', '1', '-Z', 'chacha20-poly1305@openssh.com']);
    const ssh = login([['IdentityFile', file('chacha')]], { prompter: answering() });

    expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
  });

  it.each([
    ['ed25519', []],
    ['ecdsa', []],
    ['rsa', []],
  ])('works with a %s key of the agent', async (name) => {
    allow(name);
    load('-D');
    load(file(name));
    const ssh = login([
      ['IdentityAgent', socket],
      ['IdentitiesOnly', 'no'],
      ['IdentityFile', 'none'],
    ]);

    expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
  });

  it('takes only configured keys from the agent with IdentitiesOnly, the encrypted file unread', async () => {
    allow('locked');
    load('-D');
    load(file('stranger'));
    copyFileSync(file('locked'), file('opened'));
    execFileSync('ssh-keygen', ['-q', '-p', '-P', 'open sesame', '-N', '', '-f', file('opened')]);
    load(file('opened'));
    const ssh = login([
      ['IdentityAgent', socket],
      ['IdentityFile', file('locked')],
    ]);

    expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);

    allow('stranger');
    const { outcome } = await run(
      login([
        ['IdentityAgent', socket],
        ['IdentityFile', file('locked')],
      ]),
      'n1',
      'true',
    );
    expect(outcome).toMatchObject({
      message: `authentication failed for ${user} (tried: agent (1 key), ${file('id_ed25519')}; server accepts: publickey, keyboard-interactive)`,
    });
  });

  it('goes on with files when the agent is gone', async () => {
    allow('id_ed25519');
    const ssh = login([['IdentityAgent', file('no agent here').replaceAll(' ', '_')]]);

    expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
  });

  it('goes on with files when the agent refuses to sign', async () => {
    allow('stranger', 'id_ed25519');
    load('-D');
    // the agent would ask before each use, and has nobody to ask
    load('-c', file('stranger'));
    const ssh = login([
      ['IdentityAgent', socket],
      ['IdentitiesOnly', 'no'],
    ]);

    expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
  });

  it('stops when the server has had enough attempts', async () => {
    const strict = await startSshd({ nodes: 1, config: ['MaxAuthTries 2'] });
    writeFileSync(join(strict.folder, 'authorized_keys'), '');
    load('-D');
    for (const name of ['stranger', 'ed25519', 'ecdsa', 'rsa']) load(file(name));
    executor = sshExecutor(strict, {
      options: [
        ['IdentityAgent', socket],
        ['IdentitiesOnly', 'no'],
      ],
    });

    const { outcome } = await run(executor, 'n1', 'true');
    await strict.stop();

    expect(outcome).toMatchObject({
      reason: 'auth-failed',
      message: expect.stringContaining('server said: Too many authentication failures'),
    });
  });

  it.each(['ed25519', 'ecdsa', 'rsa'])(
    'works with a certificate for an %s key, of the agent',
    async (type) => {
      certify(type);
      load('-D');
      // the agent takes the certificate with the key, and gets only the certificate back to offer
      load(file(`signed-${type}`));
      load('-d', file(`signed-${type}.pub`));
      const ssh = login([
        ['IdentityAgent', socket],
        ['IdentitiesOnly', 'no'],
        ['IdentityFile', 'none'],
      ]);

      expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
    },
  );

  describe.skipIf(!existsSync(softToken))('with a FIDO token', () => {
    it.each(['ed25519-sk', 'ecdsa-sk'])('works with an %s key, of the agent', async (type) => {
      makeKey(`agent-${type}`, ['-t', type, '-w', softToken, '-N', '']);
      allow(`agent-${type}`);
      load('-D');
      load('-S', softToken, file(`agent-${type}`));
      const ssh = login([
        ['IdentityAgent', socket],
        ['IdentitiesOnly', 'no'],
        ['IdentityFile', 'none'],
      ]);

      expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
    });

    it('works with its key file, through the system’s ssh', async () => {
      makeKey('token', ['-t', 'ed25519-sk', '-w', softToken, '-N', '']);
      allow('token');
      const ssh = login([
        ['IdentityFile', file('token')],
        ['SecurityKeyProvider', softToken],
      ]);

      expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
      expect((await ssh.transportOf('n1')).transport).toBe('openssh');
    });
  });

  it.each(['ed25519', 'ecdsa', 'rsa'])('works with a certificate beside an %s key file', async (type) => {
    certify(type);

    const ssh = login([['IdentityFile', file(`signed-${type}`)]]);

    expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
  });

  /** Makes `signed-TYPE` and its certificate, and lets in what the authority has signed and nothing else. */
  function certify(type: string): void {
    if (!existsSync(file('ca'))) makeKey('ca', ['-t', 'ed25519', '-N', '']);
    if (!existsSync(file(`signed-${type}`))) {
      makeKey(`signed-${type}`, ['-t', type, '-N', '']);
      const public_ = file(`signed-${type}.pub`);
      execFileSync('ssh-keygen', ['-q', '-s', file('ca'), '-I', 'test', '-n', user, public_]);
    }
    writeFileSync(
      join(server.folder, 'authorized_keys'),
      `cert-authority ${readFileSync(file('ca.pub'), 'utf8')}`,
    );
  }
});

describe('an agent that says nothing', () => {
  let silent: Server;

  it('is given up, and the next method is tried', async () => {
    const server = await startSshServer({
      authenticate: (context) =>
        context.method === 'password' ? context.accept() : context.reject(['password']),
      onSession: (session) =>
        session.on('exec', (accept) => {
          const channel = accept();
          channel.exit(0);
          channel.end();
        }),
    });
    const path = join(server.folder, 'silent');
    silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(path, resolve));
    executor = sshExecutor(server, {
      options: [['IdentityAgent', path]],
      prompter: answering('secret'),
      agentTimeoutMs: 300,
    });

    const { outcome } = await run(executor, 'node', 'x');

    silent.close();
    await server.stop();
    expect(outcome).toEqual(finished);
  });
});

describe('passwords and questions', () => {
  let server: FakeServer;
  const seen: string[] = [];

  afterEach(async () => {
    seen.length = 0;
    await server.stop();
  });

  async function start(
    authenticate: (context: AuthContext) => void,
    options: Partial<SshOptions> = {},
  ): Promise<void> {
    server = await startSshServer({
      lines: ['IdentityAgent none', 'IdentityFile none'],
      authenticate(context) {
        seen.push(context.method);
        authenticate(context);
      },
      onSession: (session) =>
        session.on('exec', (accept) => {
          const channel = accept();
          channel.exit(0);
          channel.end();
        }),
    });
    executor = sshExecutor(server, options);
  }
  const wants = (secret: string) => (context: AuthContext) =>
    context.method === 'password' && context.password === secret
      ? context.accept()
      : context.reject(['password']);

  it('asks for a password once for all nodes', async () => {
    await start(wants('right'), { prompter: answering('right') });

    const results = await Promise.all(['a', 'b', 'c'].map((node) => run(executor!, node, 'x')));

    for (const { outcome } of results) expect(outcome).toEqual(finished);
    expect(questions).toEqual([expect.stringMatching(/^Password for someone \(asked by [abc]\): $/)]);
  });

  it('gives a wrong password to one server only', async () => {
    await start(wants('right'), { prompter: answering('wrong') });

    const results = await Promise.all(['a', 'b', 'c'].map((node) => run(executor!, node, 'x')));

    for (const { outcome } of results)
      expect(outcome).toMatchObject({ reason: 'auth-failed', retryable: false });
    expect(seen.filter((method) => method === 'password')).toHaveLength(1);
    expect(questions).toHaveLength(1);
  });

  it.each([
    ['without a terminal', {}],
    ['with BatchMode', { prompter: answering('right'), options: [['BatchMode', 'yes']] as const }],
  ])('never asks %s', async (_name, options) => {
    await start(wants('right'), options);

    const { outcome } = await run(executor!, 'a', 'x');

    expect(outcome).toMatchObject({
      message: 'authentication failed for someone (nothing to try; server accepts: password)',
    });
    expect(questions).toEqual([]);
  });

  it('never puts a secret into an outcome', async () => {
    await start(wants('right'), { prompter: answering('S3CRET') });

    expect(JSON.stringify((await run(executor!, 'a', 'x')).outcome)).not.toContain('S3CRET');
  });

  it('answers several questions of keyboard-interactive, control characters made harmless', async () => {
    await start(
      (context) => {
        if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
        const asking: KeyboardAuthContext = context;
        return asking.prompt(
          [
            { prompt: 'Token\x1b[2J: ', echo: true },
            { prompt: 'Pin: ', echo: false },
          ],
          (answers) => (answers.join() === '123,456' ? asking.accept() : asking.reject()),
        );
      },
      { prompter: answering('123', '456') },
    );

    expect((await run(executor!, 'a', 'x')).outcome).toEqual(finished);
    expect(questions).toEqual(['a: Token?[2J: ', 'a: Pin: ']);
  });

  it('goes on to the second factor when the first is accepted', async () => {
    let first = false;
    await start(
      (context) => {
        if (context.method === 'password' && !first) {
          first = true;
          return context.reject(['keyboard-interactive'], true);
        }
        if (context.method !== 'keyboard-interactive' || !first) return context.reject(['password']);
        const asking: KeyboardAuthContext = context;
        return asking.prompt([{ prompt: 'Code: ', echo: true }], (answers) =>
          answers[0] === '42' ? asking.accept() : asking.reject(),
        );
      },
      {
        prompter: answering('secret', '42'),
        options: [['PreferredAuthentications', 'password,keyboard-interactive']],
      },
    );

    expect((await run(executor!, 'a', 'x')).outcome).toEqual(finished);
  });

  it('leaves a server that asks without end', async () => {
    await start(
      (context) => {
        if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
        const asking: KeyboardAuthContext = context;
        const again = (): void => asking.prompt([{ prompt: 'Again: ', echo: true }], again);
        return again();
      },
      { prompter: answering(...Array.from({ length: 50 }, () => 'x')) },
    );

    expect((await run(executor!, 'a', 'x')).outcome).toMatchObject({
      reason: 'auth-failed',
      message: expect.stringContaining('the server asks without end'),
    });
    expect(questions).toHaveLength(10);
  });

  it('does not give a password to a node whose changed key is tolerated', async () => {
    await start(wants('right'), { prompter: answering('right') });
    const known = join(server.folder, 'known');
    writeFileSync(
      known,
      'a ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n',
    );
    await executor!.close();
    executor = sshExecutor(server, {
      prompter: answering('right'),
      options: [
        ['UserKnownHostsFile', known],
        ['HostKeyAlias', 'a'],
        ['StrictHostKeyChecking', 'no'],
      ],
    });

    expect((await run(executor, 'a', 'x')).outcome).toMatchObject({ reason: 'auth-failed' });
    expect(questions).toEqual([]);
  });

  it('gives up a server that never answers the login', async () => {
    await start(() => {}, { authTimeoutMs: 200, prompter: answering('x') });

    expect((await run(executor!, 'a', 'x')).outcome).toEqual({
      kind: 'not-started',
      phase: 'auth',
      reason: 'timeout',
      message: 'no answer to the authentication in 0.2 s',
      retryable: false,
    });
  });
});

import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SshExecutor, SshOptions } from '../../../src/ssh/executor.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { eventually, run, sshExecutor, transports } from './run-over-ssh.ts';

const sshd = findTool('sshd', 'openssh-server');

describe.skipIf(sshd === undefined).each(transports)('host keys, by %s', (transport) => {
  let server: TestSshd;
  let executor: SshExecutor | undefined;
  let known: string;
  const notices: string[] = [];
  const questions: string[] = [];

  beforeAll(async () => {
    server = await startSshd({ nodes: 8 });
    known = join(server.folder, 'known_by_test');
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    rmSync(known, { force: true });
    notices.length = 0;
    questions.length = 0;
  });
  afterEach(async () => executor?.close());

  function connectWith(strict: string, options: Partial<SshOptions> = {}): SshExecutor {
    executor = sshExecutor(server, {
      transport,
      keepOpen: options.keepOpen === true,
      options: [
        ['StrictHostKeyChecking', strict],
        ['UserKnownHostsFile', `"${known}"`],
        ...(options.options ?? []),
      ],
      onNotice: (node, text) => notices.push(`${node}: ${text}`),
      ...(options.prompter === undefined ? {} : { prompter: options.prompter }),
    });
    return executor;
  }
  const answering = (answer: string | undefined) => ({
    async ask(question: string) {
      questions.push(question);
      return answer;
    },
  });
  const publicKey = (type: string) =>
    readFileSync(join(server.folder, `host_${type}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  const fingerprint = (type: string) =>
    execFileSync('ssh-keygen', ['-lf', join(server.folder, `host_${type}.pub`)], { encoding: 'utf8' }).split(
      ' ',
    )[1]!;
  const name = (node: string) => `[${server.address(node)}]:${server.port}`;
  const knows = (file: string, host: string) => {
    try {
      return execFileSync('ssh-keygen', ['-F', host, '-f', file], { encoding: 'utf8' }).includes(host);
    } catch {
      return false;
    }
  };

  describe('of a node nobody has met', () => {
    it.each(['yes', 'ask'])(
      'are refused with StrictHostKeyChecking %s when nobody can be asked',
      async (strict) => {
        const { outcome } = await run(connectWith(strict), 'n1', 'true');

        expect(outcome).toEqual({
          kind: 'not-started',
          phase: 'host-key',
          reason: 'host-key-unknown',
          message: `host key unknown: ssh-ed25519 ${fingerprint('ed25519')}`,
          hint: `Compare it with the host's, then connect once with ssh, or: ssh-keyscan -p ${server.port} 127.1.0.1 >> ${known}`,
          retryable: false,
        });
        expect(existsSync(known)).toBe(false);
      },
    );

    it.each(['accept-new', 'no'])('are remembered with StrictHostKeyChecking %s', async (strict) => {
      const { outcome } = await run(connectWith(strict), 'n1', 'true');

      expect(outcome).toEqual({ kind: 'finished', code: 0 });
      expect(readFileSync(known, 'utf8')).toBe(`${name('n1')} ${publicKey('ed25519')}\n`);
      expect(notices).toEqual([`n1: host key added to ${known}`]);
    });

    it('are remembered hashed with HashKnownHosts, so that ssh finds them', async () => {
      await run(connectWith('accept-new', { options: [['HashKnownHosts', 'yes']] }), 'n1', 'true');

      expect(readFileSync(known, 'utf8')).toMatch(/^\|1\|[^ ]+ ssh-ed25519 [^ ]+\n$/);
      expect(knows(known, name('n1'))).toBe(true);
    });

    it('are asked about on one screen, answered once', async () => {
      const ssh = connectWith('ask', { prompter: answering('yes') });

      const results = await Promise.all(['n1', 'n2', 'n3'].map((node) => run(ssh, node, 'true')));

      for (const { outcome } of results) expect(outcome).toEqual({ kind: 'finished', code: 0 });
      expect(questions).toHaveLength(1);
      expect(questions[0]).toMatch(/^The host keys of 3 nodes are unknown:\n/);
      for (const node of ['n1', 'n2', 'n3']) {
        expect(questions[0]).toContain(`  ${name(node)}  ssh-ed25519 ${fingerprint('ed25519')}\n`);
        expect(knows(known, name(node))).toBe(true);
      }
    });

    it.each(['', 'n', undefined])('are refused when the answer is %j', async (answer) => {
      const { outcome } = await run(connectWith('ask', { prompter: answering(answer) }), 'n1', 'true');

      expect(questions).toEqual([
        `The host key of ${name('n1')} is unknown: ssh-ed25519 ${fingerprint('ed25519')}\nConnect and remember it? [y/N] `,
      ]);
      expect(outcome).toMatchObject({ reason: 'host-key-unknown' });
      expect(existsSync(known)).toBe(false);
    });

    it('are not asked about with BatchMode', async () => {
      const ssh = connectWith('ask', { prompter: answering('yes'), options: [['BatchMode', 'yes']] });

      expect((await run(ssh, 'n1', 'true')).outcome).toMatchObject({ reason: 'host-key-unknown' });
      expect(questions).toEqual([]);
    });

    it('do not glue to a last line without an end', async () => {
      writeFileSync(known, `other ${publicKey('rsa')}`);

      await run(connectWith('accept-new'), 'n1', 'true');

      expect(readFileSync(known, 'utf8')).toBe(
        `other ${publicKey('rsa')}\n${name('n1')} ${publicKey('ed25519')}\n`,
      );
    });

    it('let many nodes write the same file at once, each line whole', async () => {
      const ssh = connectWith('accept-new');

      await Promise.all(Array.from({ length: 8 }, (_, index) => run(ssh, `n${index + 1}`, 'true')));

      const lines = readFileSync(known, 'utf8').trimEnd().split('\n');
      expect(lines.sort()).toEqual(
        Array.from({ length: 8 }, (_, index) => `${name(`n${index + 1}`)} ${publicKey('ed25519')}`).sort(),
      );
    });

    it('work without being remembered when the file cannot be written', async () => {
      writeFileSync(server.sshConfigPath.replace('ssh_config', 'a file'), '');
      known = join(server.folder, 'a file', 'known_hosts');

      const { outcome } = await run(connectWith('accept-new'), 'n1', 'true');

      expect(outcome).toEqual({ kind: 'finished', code: 0 });
      expect(notices).toEqual([expect.stringMatching(/^n1: host key not remembered: /)]);
      known = join(server.folder, 'known_by_test');
    });
  });

  describe('that have changed', () => {
    const knownBy = (type: string) => writeFileSync(known, `# one\n${name('n1')} ${type}\n`);
    const foreign = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';

    it.each(['yes', 'ask', 'accept-new'])('are refused with StrictHostKeyChecking %s', async (strict) => {
      knownBy(foreign);

      const { outcome } = await run(connectWith(strict, { prompter: answering('yes') }), 'n1', 'true');

      expect(outcome).toEqual({
        kind: 'not-started',
        phase: 'host-key',
        reason: 'host-key-changed',
        message: `HOST KEY HAS CHANGED: ${name('n1')} shows ssh-ed25519 ${fingerprint('ed25519')}, known is ssh-ed25519 SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU (${known}:2)`,
        hint: `Someone may be in between. If the host was reinstalled: ssh-keygen -f ${known} -R '${name('n1')}'`,
        retryable: false,
      });
      expect(questions).toEqual([]);
    });

    it('are tolerated with StrictHostKeyChecking no, with a warning', async () => {
      knownBy(foreign);

      const { outcome } = await run(connectWith('no'), 'n1', 'true');

      expect(outcome).toEqual({ kind: 'finished', code: 0 });
      expect(notices).toEqual([expect.stringMatching(/^n1: HOST KEY HAS CHANGED/)]);
      expect(readFileSync(known, 'utf8')).toBe(`# one\n${name('n1')} ${foreign}\n`);
    });

    it('count as changed also when only another type is known', async () => {
      knownBy(publicKey('rsa').replace(/....$/, 'AAAA'));

      const { outcome } = await run(
        connectWith('accept-new', { options: [['HostKeyAlgorithms', 'ssh-ed25519']] }),
        'n1',
        'true',
      );

      expect(outcome).toMatchObject({ reason: 'host-key-changed' });
    });
  });

  it.each(['rsa', 'ecdsa', 'ed25519'])('known by their %s key only are met by that key', async (type) => {
    writeFileSync(known, `${name('n1')} ${publicKey(type)}\n`);

    expect((await run(connectWith('yes'), 'n1', 'true')).outcome).toEqual({ kind: 'finished', code: 0 });
  });

  it('that change between two commands of a kept connection are refused', async () => {
    const other = await startSshd({ nodes: 1 });
    let target = server.port;
    const front = createServer((socket) => {
      const behind = connect(target, '127.1.0.1');
      sockets.push(socket);
      for (const [from, to] of [
        [socket, behind],
        [behind, socket],
      ] as const) {
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      }
    });
    const sockets: Socket[] = [];
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { port } = front.address() as AddressInfo;
    const ssh = connectWith('accept-new', {
      keepOpen: true,
      options: [
        ['HostName', '127.0.0.1'],
        ['Port', String(port)],
      ],
    });
    expect((await run(ssh, 'n1', 'true')).outcome).toEqual({ kind: 'finished', code: 0 });

    target = other.port;
    for (const socket of sockets) socket.destroy();
    await eventually('the connection is known to be lost', () => ssh.connected().length === 0);

    expect((await run(ssh, 'n1', 'true')).outcome).toMatchObject({
      kind: 'not-started',
      reason: 'host-key-changed',
      retryable: false,
    });
    front.close();
    await other.stop();
  });

  it('that are revoked are refused whatever else is known', async () => {
    writeFileSync(known, `${name('n1')} ${publicKey('ed25519')}\n`);
    appendFileSync(known, `@revoked * ${publicKey('ed25519')}\n`);

    expect((await run(connectWith('no'), 'n1', 'true')).outcome).toEqual({
      kind: 'not-started',
      phase: 'host-key',
      reason: 'host-key-revoked',
      message: `host key ssh-ed25519 ${fingerprint('ed25519')} is revoked (${known}:2)`,
      retryable: false,
    });
  });

  it.skipIf(transport !== 'ssh2')(
    'trusted by a certificate authority only are refused with the reason',
    async () => {
      writeFileSync(known, `@cert-authority * ${publicKey('rsa')}\n`);

      const { outcome } = await run(connectWith('yes'), 'n1', 'true');

      expect(outcome).toMatchObject({
        reason: 'host-key-unknown',
        message: `trusted by certificate only (${known}:1), which muster cannot check; its plain key is ssh-ed25519 ${fingerprint('ed25519')}`,
      });
    },
  );

  it('in a file that cannot be read are refused', async () => {
    mkdirSync(known);

    expect((await run(connectWith('accept-new'), 'n1', 'true')).outcome).toMatchObject({
      reason: 'host-key-unknown',
      message: `${known} cannot be read (EISDIR)`,
    });
    rmSync(known, { recursive: true });
  });
});

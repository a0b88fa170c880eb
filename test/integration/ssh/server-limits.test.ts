import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { SshExecutor, SshOptions } from '../../../src/ssh/executor.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { run, sshExecutor, transports } from './run-over-ssh.ts';

const sshd = findTool('sshd', 'openssh-server');
const finished = { kind: 'finished', code: 0 };

describe.skipIf(sshd === undefined).each(transports)('a server, by %s', (transport) => {
  let server: TestSshd;
  let executor: SshExecutor;

  afterEach(async () => {
    await executor.close();
    await server.stop();
  });
  async function start(config: readonly string[], options: Partial<SshOptions> = {}): Promise<void> {
    server = await startSshd({ nodes: 1, config });
    executor = sshExecutor(server, { transport, ...options });
  }

  it.each([1, 2])('with MaxSessions %i runs all commands, some after others', async (sessions) => {
    await start([`MaxSessions ${sessions}`]);

    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) => run(executor, 'n1', `sleep 0.1; echo ${index}`)),
    );

    expect(results.map(({ stdout }) => stdout)).toEqual(
      Array.from({ length: 10 }, (_, index) => `${index}\n`),
    );
  });

  it('with MaxSessions 0 starts nothing', { timeout: 30_000 }, async () => {
    await start(['MaxSessions 0']);

    expect((await run(executor, 'n1', 'true')).outcome).toEqual({
      kind: 'not-started',
      phase: 'open',
      reason: 'channel-refused',
      message: 'the server opens no session: open failed',
      hint: 'MaxSessions in the sshd_config of the node may be too low.',
      retryable: true,
    });
  });

  it('that changes keys every 64 kilobytes corrupts nothing', async () => {
    await start(['RekeyLimit 64K']);
    const bytes = Buffer.alloc(2_000_000, 'muster ');
    const seen = createHash('sha256');
    async function* stdin() {
      yield bytes;
    }

    const outcome = await executor.execute(
      'n1',
      { command: 'cat', stdin },
      { write: (_stream, chunk) => void seen.update(chunk) },
      new AbortController().signal,
    );

    expect(outcome).toEqual(finished);
    expect(seen.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('that asks for signs of life gets them also after the exit status', async () => {
    await start(['ClientAliveInterval 1', 'ClientAliveCountMax 2']);
    const command = '(for i in 1 2 3 4 5 6; do sleep 0.9; echo $i; done) & exit 0';

    expect(await run(executor, 'n1', command)).toEqual({
      outcome: finished,
      stdout: '1\n2\n3\n4\n5\n6\n',
      stderr: '',
    });
  });

  it.each([
    ['aes128-ctr', 'hmac-sha2-256-etm@openssh.com'],
    ['chacha20-poly1305@openssh.com', 'hmac-sha2-256'],
    ['aes256-gcm@openssh.com', 'hmac-sha2-512'],
    ['aes256-ctr', 'hmac-sha1'],
  ])('that speaks only %s with %s is understood', async (cipher, mac) => {
    await start([`Ciphers ${cipher}`, `MACs ${mac}`]);

    expect((await run(executor, 'n1', 'echo yes')).stdout).toBe('yes\n');
  });

  it.each([
    'curve25519-sha256',
    'ecdh-sha2-nistp256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group-exchange-sha256',
  ])('that exchanges keys only by %s is understood', async (kex) => {
    await start([`KexAlgorithms ${kex}`]);

    expect((await run(executor, 'n1', 'echo yes')).stdout).toBe('yes\n');
  });

  it('compresses when asked to', async () => {
    await start(['Compression yes'], { options: [['Compression', 'yes']] });

    expect((await run(executor, 'n1', 'head -c 300000 /dev/zero')).stdout).toHaveLength(300_000);
  });
});

describe.skipIf(sshd === undefined)('a server that exchanges keys by a post-quantum algorithm only', () => {
  const config = ['KexAlgorithms sntrup761x25519-sha512@openssh.com'];
  const notices: string[] = [];
  const onNotice = (node: string | undefined, text: string) => void notices.push(`${node}: ${text}`);
  let server: TestSshd;
  let executor: SshExecutor;

  afterEach(async () => {
    notices.length = 0;
    await executor.close();
    await server.stop();
  });

  it('is spoken to by the system’s ssh, which is said', async () => {
    server = await startSshd({ nodes: 1, config });
    executor = sshExecutor(server, { onNotice });

    expect((await run(executor, 'n1', 'echo yes')).stdout).toBe('yes\n');
    expect(notices).toEqual(["n1: no matching key exchange algorithm; using the system's ssh"]);
    expect(await executor.transportOf('n1')).toEqual({
      transport: 'openssh',
      because: ['no matching key exchange algorithm'],
    });
  });

  it('is named when only the built-in client may be used', async () => {
    server = await startSshd({ nodes: 1, config });
    executor = sshExecutor(server, { transport: 'ssh2', onNotice });

    expect((await run(executor, 'n1', 'true')).outcome).toMatchObject({
      kind: 'not-started',
      phase: 'key-exchange',
      reason: 'no-common-algorithm',
      message: 'no matching key exchange algorithm',
    });
  });
});

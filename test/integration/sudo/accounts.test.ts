import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSecretTrials } from '../../../src/fanout/secret-trials.ts';
import type { SshExecutor } from '../../../src/ssh/executor.ts';
import { createSudo } from '../../../src/sudo/sudo-executor.ts';
import { readSudoPrefix } from '../../../src/sudo/sudo-prefix.ts';
import { findTool } from '../../support/require-tool.ts';
import { run, sshExecutor, transports } from '../ssh/run-over-ssh.ts';
import { startSudoServer, type SudoServer, type TestUser } from './sudo-users.ts';

const usable =
  process.getuid?.() === 0 &&
  findTool('sudo', 'sudo') !== undefined &&
  findTool('sshd', 'openssh-server') !== undefined;

const user = (name: string): TestUser => ({ name: `mtest-${name}`, password: `right for ${name}` });
const locked = user('locked');
const expired = user('expired');
const stale = user('stale');
const leaving = user('leaving');

describe.skipIf(!usable)('accounts that are locked or have expired', () => {
  let server: SudoServer;
  let executor: SshExecutor | undefined;

  beforeAll(async () => {
    server = await startSudoServer({
      nodes: { n1: locked, n2: expired, n3: stale, n4: leaving },
      sudoers: [locked, expired, stale, leaving].map(({ name }) => `${name} ALL=(ALL) ALL`),
    });
    execFileSync('usermod', ['-L', locked.name]);
    execFileSync('chage', ['-E', '1', expired.name]);
    execFileSync('chage', ['-d', '0', stale.name]);
  }, 60_000);
  afterAll(() => server?.stop());
  afterEach(async () => {
    await executor?.close();
    executor = undefined;
  });

  const start = (options: Parameters<typeof sshExecutor>[1] = {}): SshExecutor =>
    (executor = sshExecutor(
      { folder: server.server.folder, sshConfigPath: server.sshConfigPath },
      { keepOpen: true, ...options },
    ));
  async function underSudo(node: string, { password }: TestUser) {
    let asked = 0;
    const trials = createSecretTrials(async () => {
      asked += 1;
      return password;
    });
    const sudo = createSudo({ prefix: readSudoPrefix(['sudo'])!, trials });
    const { outcome } = await run(sudo.around(executor!) as SshExecutor, node, 'id -un');
    return { outcome, asked };
  }

  // whoever knocks is told no more than anybody: sshd says of the account in its own log
  it.each(transports.flatMap((transport) => ['n1', 'n2'].map((node) => [transport, node] as const)))(
    'are refused at the login like any other, once: by %s, %s',
    async (transport, node) => {
      const { outcome } = await run(start({ transport }), node, 'true');

      expect(outcome).toMatchObject({
        kind: 'not-started',
        phase: 'auth',
        reason: 'auth-failed',
        message: expect.stringContaining(`tried: ${server.server.identityPath}`) as string,
        retryable: false,
      });
    },
  );

  it('whose password must be changed log in with a key; sudo’s own words are told', async () => {
    start();
    expect((await run(executor!, 'n3', 'id -un')).stdout).toBe(`${stale.name}\n`);

    const { outcome, asked } = await underSudo('n3', stale);

    expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringMatching(/password/i) as string });
    expect(asked).toBeLessThan(2);
  });

  it('which expire while a connection is kept are refused by sudo, in its own words', async () => {
    start();
    expect((await run(executor!, 'n4', 'id -un')).stdout).toBe(`${leaving.name}\n`);
    execFileSync('chage', ['-E', '1', leaving.name]);

    const { outcome, asked } = await underSudo('n4', leaving);

    expect(outcome).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/expired|account/i) as string,
    });
    expect(asked).toBeLessThan(2);
  });
});

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandTask } from '../../../src/fanout/executor.ts';
import { createSecretTrials, type SecretTrials } from '../../../src/fanout/secret-trials.ts';
import type { SshExecutor } from '../../../src/ssh/executor.ts';
import { createSudo, type Sudo } from '../../../src/sudo/sudo-executor.ts';
import { readSudoPrefix } from '../../../src/sudo/sudo-prefix.ts';
import { findTool } from '../../support/require-tool.ts';
import { type Ran, run, sshExecutor } from '../ssh/run-over-ssh.ts';
import { startSudoServer, type SudoServer, type TestUser } from './sudo-users.ts';

const usable =
  process.getuid?.() === 0 &&
  findTool('sudo', 'sudo') !== undefined &&
  findTool('sshd', 'openssh-server') !== undefined;

const user = (name: string, password = `right for ${name}`): TestUser => ({
  name: `mtest-${name}`,
  password,
});
const open = user('open');
const asked = user('asked', 'S3CR… "right" $HOME');
const other = user('other');
const stranger = user('stranger', asked.password);
const partly = user('partly', asked.password);
const uncached = user('uncached', asked.password);
const ttyOnly = user('ttyonly', asked.password);

describe.skipIf(!usable)('sudo on real users', () => {
  let server: SudoServer;
  let executor: SshExecutor;

  beforeAll(async () => {
    server = await startSudoServer({
      nodes: {
        n1: asked,
        n2: asked,
        n3: asked,
        n4: open,
        n5: other,
        n6: stranger,
        n7: partly,
        n8: uncached,
        n9: ttyOnly,
      },
      sudoers: [
        `${open.name} ALL=(ALL) NOPASSWD: ALL`,
        `${asked.name} ALL=(ALL) ALL`,
        `Defaults:${asked.name} lecture=always`,
        `${other.name} ALL=(ALL) ALL`,
        `${partly.name} ALL=(ALL) ALL, NOPASSWD: /usr/bin/cat, /usr/bin/id`,
        `${uncached.name} ALL=(ALL) ALL`,
        `Defaults:${uncached.name} timestamp_timeout=0`,
        `${ttyOnly.name} ALL=(ALL) ALL`,
        `Defaults:${ttyOnly.name} requiretty`,
      ],
    });
    executor = sshExecutor(
      { folder: server.server.folder, sshConfigPath: server.sshConfigPath },
      { keepOpen: true },
    );
  }, 60_000);
  afterAll(async () => {
    await executor?.close();
    await server?.stop();
  });

  interface Asking {
    readonly sudo: Sudo;
    readonly trials: SecretTrials;
    asked(): number;
    run(node: string, task: string | CommandTask): Promise<Ran>;
  }

  function sudoWith(
    password: string | undefined,
    prefix: readonly string[] = ['sudo'],
    limitMs?: number,
  ): Asking {
    let count = 0;
    const trials = createSecretTrials(async () => {
      count += 1;
      return password;
    });
    const sudo = createSudo({
      prefix: readSudoPrefix(prefix)!,
      trials,
      ...(limitMs === undefined ? {} : { limitMs, connectMs: 0 }),
    });
    const around = sudo.around(executor) as SshExecutor;
    return { sudo, trials, asked: () => count, run: (node, task) => run(around, node, task) };
  }

  const wrongPasswords = (): number => server.log().split('incorrect password').length - 1;

  it('needs no password where sudoers asks for none, and does not ask the person', async () => {
    const sudo = sudoWith('never sent');
    const result = await sudo.run('n4', 'id -un');

    expect(result).toEqual({ outcome: { kind: 'finished', code: 0 }, stdout: 'root\n', stderr: '' });
    expect(sudo.asked()).toBe(0);
  });

  it('asks once for all nodes, and strips its prompts; only the lecture is left', async () => {
    const sudo = sudoWith(asked.password);
    const results = await Promise.all(['n1', 'n2', 'n3'].map((node) => sudo.run(node, 'id -un; id -un >&2')));

    for (const { outcome, stdout, stderr } of results) {
      expect(outcome).toEqual({ kind: 'finished', code: 0 });
      // as in clush the prefix stands before the command as it is written
      expect(stdout).toBe('root\n');
      expect(stderr).toContain(asked.name);
      expect(stderr).not.toMatch(/muster-|S3CR/);
    }
    expect(sudo.asked()).toBe(1);
  });

  it('gives the command its own input byte for byte, with a password and without one', async () => {
    const bytes = randomBytes(3_000_000);
    async function* stdin(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 65_537) yield bytes.subarray(at, at + 65_537);
    }
    const sudo = sudoWith(asked.password);
    for (const node of ['n1', 'n4', 'n8']) {
      const { outcome, stdout } = await sudo.run(node, { command: 'cat', stdin });

      expect(outcome).toEqual({ kind: 'finished', code: 0 });
      expect(Buffer.from(stdout, 'latin1').equals(bytes)).toBe(true);
    }
  });

  it('gives input to a command that needs no password although others do', async () => {
    async function* stdin(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('payload\n');
    }
    const sudo = sudoWith(partly.password, ['sudo'], 1500);
    const { outcome, stdout } = await sudo.run('n7', { command: 'cat', stdin });

    expect(outcome).toEqual({ kind: 'finished', code: 0 });
    expect(stdout).toBe('payload\n');
  });

  it('ends the input of a command that needs no password after all', async () => {
    const sudo = sudoWith(partly.password, ['sudo'], 500);
    const first = await sudo.run('n7', 'id -un');
    const second = await sudo.run('n7', 'cat');

    expect(first).toMatchObject({ outcome: { kind: 'finished', code: 0 }, stdout: 'root\n' });
    expect(second).toMatchObject({ outcome: { kind: 'finished', code: 0 }, stdout: '' });
  });

  it('tries a wrong password once, on one node, and never again', async () => {
    const before = wrongPasswords();
    const sudo = sudoWith('wrong');
    const results = await Promise.all(['n1', 'n2', 'n3'].map((node) => sudo.run(node, 'id -un')));

    const messages = results
      .map(({ outcome }) => ('message' in outcome ? outcome.message : outcome.kind))
      .toSorted();
    expect(messages).toEqual([
      'sudo: not tried, another node refused the password',
      'sudo: not tried, another node refused the password',
      'sudo: the password is wrong; no other node gets it',
    ]);
    expect(wrongPasswords() - before).toBe(1);
    expect(results.map(({ stdout }) => stdout)).toEqual(['', '', '']);
  });

  it('stops with a password that one node of several refuses', async () => {
    const before = wrongPasswords();
    const sudo = sudoWith(asked.password);
    const first = await sudo.run('n1', 'id -un');
    const second = await sudo.run('n5', 'id -un');
    const third = await sudo.run('n2', 'id -un');

    expect(first.stdout).toBe('root\n');
    expect(second.outcome).toEqual({
      kind: 'refused',
      message: 'sudo: the password is wrong; no other node gets it',
    });
    expect(third.outcome).toEqual({
      kind: 'refused',
      message: 'sudo: not tried, another node refused the password',
    });
    expect(wrongPasswords() - before).toBe(1);
  });

  it('sends nothing of the input where the password is refused', async () => {
    async function* stdin(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one\ntwo\nthree\n');
    }
    const before = wrongPasswords();
    const sudo = sudoWith(asked.password);
    await sudo.run('n1', 'true');
    const { outcome } = await sudo.run('n5', { command: 'cat', stdin });

    expect(outcome.kind).toBe('refused');
    // sudo tells how many passwords it was given
    expect(
      server
        .log()
        .split('\n')
        .findLast((line) => line.includes('incorrect password')),
    ).toMatch(/ 1 incorrect password/);
    expect(wrongPasswords() - before).toBe(1);
  });

  it('names a login that may not use sudo', async () => {
    const { outcome } = await sudoWith(stranger.password).run('n6', 'id');

    expect(outcome).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/mtest-stranger|may not run sudo/),
    });
  });

  it('names a node without sudo', async () => {
    const { outcome } = await sudoWith('x', ['/no/such/sudo']).run('n1', 'id');

    expect(outcome).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/No such file|not found/),
    });
  });

  it('names a sudo that wants a terminal', async () => {
    const { outcome } = await sudoWith(ttyOnly.password).run('n9', 'id');

    expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringMatching(/must have a tty/) });
  });

  it('names a sudo that hangs', async () => {
    const hanging = join(server.server.folder, 'sudo');
    writeFileSync(hanging, '#!/bin/sh\nexec sleep 60\n');
    chmodSync(hanging, 0o755);
    const { outcome } = await sudoWith('x', [hanging], 300).run('n1', 'id');

    expect(outcome).toEqual({ kind: 'refused', message: 'sudo did not answer in 0.3 s' });
  });

  it('names a sudo that asks for something else, and gives it nothing', async () => {
    const factor = join(server.server.folder, 'factor');
    const got = join(server.server.folder, 'got');
    writeFileSync(
      factor,
      `#!/bin/sh\ncase "$*" in *-n*) echo "sudo: a password is required" >&2; exit 1;; esac\nprintf "Verification code: " >&2\nread code; echo "$code" > ${got}\n`,
    );
    chmodSync(factor, 0o755);
    const link = join(server.server.folder, 'f');
    mkdirSync(link);
    renameSync(factor, join(link, 'sudo'));
    const { outcome } = await sudoWith('x', [join(link, 'sudo')], 400).run('n1', 'id');

    expect(outcome).toEqual({
      kind: 'refused',
      message: 'sudo did not end in 0.4 s; it said: Verification code:',
    });
    expect(existsSync(got)).toBe(false);
  });

  it('shows nothing of it on a pseudo-terminal', async () => {
    const sudo = sudoWith(asked.password);
    const { outcome, stdout, stderr } = await sudo.run('n1', { command: 'id -un', pty: true });

    expect(outcome).toEqual({ kind: 'finished', code: 0 });
    expect(stdout).toContain('root');
    expect(stdout + stderr).not.toMatch(/muster-|S3CR/);
  });

  it('runs as another user, with the options of the prefix', async () => {
    const sudo = sudoWith(asked.password, ['/usr/bin/sudo', '-S', '-p', "''", '-u', open.name]);
    const { stdout } = await sudo.run('n1', 'id -un');

    expect(stdout).toBe(`${open.name}\n`);
  });

  it('refuses where nobody can be asked', async () => {
    const { outcome } = await sudoWith(undefined).run('n1', 'id');

    expect(outcome).toEqual({ kind: 'refused', message: 'sudo needs a password, and none was given' });
  });

  it('ends the command after the time limit', async () => {
    const { outcome } = await sudoWith(asked.password).run('n1', { command: 'sleep 60', timeoutMs: 4000 });

    expect(outcome).toMatchObject({ kind: 'timed-out', afterMs: 4000 });
  });
});

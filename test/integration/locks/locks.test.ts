import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Executor } from '../../../src/fanout/executor.ts';
import { acquireLocks } from '../../../src/locks/acquire-locks.ts';
import { breakLock, lookAtLock } from '../../../src/locks/break-lock.ts';
import { type HeldLocks, LockLost } from '../../../src/locks/lock.ts';
import { lockedError } from '../../../src/locks/locked-error.ts';
import { type CuttableLink, startCuttableLink } from '../../support/cut-link.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { eventually, sshExecutor } from '../ssh/run-over-ssh.ts';
import { asHosts, forever, owner } from './lock-nodes.ts';

const missing = findTool('sshd', 'openssh-server') === undefined || process.getuid?.() !== 0;

describe.skipIf(missing)('locks on nodes', () => {
  let sshd: TestSshd;
  let link: CuttableLink;
  const open: Executor[] = [];
  const children: ChildProcess[] = [];
  const homes: string[] = [];

  beforeAll(async () => {
    sshd = await startSshd({ nodes: 40 });
    link = await startCuttableLink(sshd.address('n1'), sshd.port);
    const known = readFileSync(sshd.knownHostsPath, 'utf8').replaceAll(`:${sshd.port} `, `:${link.port} `);
    appendFileSync(sshd.knownHostsPath, known);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const executor of open.splice(0)) await executor.close();
    for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
  });
  afterAll(async () => {
    await link.stop();
    await sshd.stop();
  });

  const connect = (port = sshd.port): Executor => {
    const ssh = sshExecutor(sshd, { keepOpen: true, options: [['Port', String(port)]] });
    const executor = asHosts(ssh, sshd.folder);
    open.push(executor);
    return executor;
  };
  const take = (who: string, nodes: readonly string[], port?: number, name = 'pg69') =>
    acquireLocks(connect(port), nodes, name, owner(who), forever, {
      beatMs: 200,
      answerMs: 30_000,
      patienceMs: 0,
    });
  const held = async (who: string, nodes: readonly string[], port?: number): Promise<HeldLocks> => {
    const answer = await take(who, nodes, port);
    if (answer.kind !== 'held') throw new Error(`not held: ${JSON.stringify(answer)}`);
    return answer;
  };
  /** Another process with a home of its own; resolves with what it was told. */
  const operator = async (who: string, nodes: readonly string[]) => {
    const home = mkdtempSync(join(tmpdir(), 'home-'));
    homes.push(home);
    const script = new URL('hold-until-killed.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, sshd.sshConfigPath, sshd.folder, who, ...nodes], {
      env: { PATH: process.env['PATH'], HOME: home },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await eventually('it says what it was told', () => said.includes('\n'), 30_000);
    return { child, told: JSON.parse(said) as { kind: string } };
  };

  it('are held by one, told to the other, and free again after the release', async () => {
    const alice = await held('alice', ['n2', 'n1', 'n3']);
    expect(await take('bob', ['n3', 'n4'])).toEqual({ kind: 'locked', node: 'n3', holder: owner('alice') });
    expect((await take('bob', ['n4'])).kind).toBe('held');
    expect(await alice.verify()).toBeUndefined();
    await alice.release();
    expect(alice.lost.aborted).toBe(false);
    await (await held('carol', ['n1', 'n2', 'n3'])).release();
    expect(readdirSync(`${sshd.folder}/run-lock/n1`)).toEqual(['muster-pg69.lock']);
  });

  it('of two processes go to one, and what the loser had taken is free', async () => {
    const alice = await operator('alice', ['n5', 'n6']);
    expect(alice.told).toEqual({ kind: 'held' });
    const bob = await operator('bob', ['n4', 'n5']);
    expect(bob.told).toEqual({ kind: 'locked', node: 'n5', holder: owner('alice') });
    await (await held('carol', ['n4'])).release();
  });

  it('vanish with a holder that is killed', async () => {
    const { child, told } = await operator('alice', ['n7', 'n8']);
    expect(told).toEqual({ kind: 'held' });
    child.kill('SIGKILL');
    await eventually('it is free', async () => {
      const answer = await take('bob', ['n7', 'n8']);
      if (answer.kind === 'held') await answer.release();
      return answer.kind === 'held';
    });
  });

  it('go to exactly one of many who want them at the same time', async () => {
    const nodes = ['n9', 'n10', 'n11'];
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => take(`op${index}`, nodes)));
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual([
      'held',
      ...Array.from({ length: 5 }, () => 'locked'),
    ]);
  });

  it('of one name do not hinder those of another', async () => {
    await held('alice', ['n12']);
    expect((await take('bob', ['n12'], undefined, 'pg70')).kind).toBe('held');
    expect((await take('bob', ['n12'])).kind).toBe('locked');
  });

  it('that are lost are reported, with node and reason', async () => {
    const alice = await held('alice', ['n1'], link.port);
    link.cutNow();
    await eventually('it is lost', () => alice.lost.aborted);
    expect(alice.lost.reason).toBeInstanceOf(LockLost);
    expect((alice.lost.reason as LockLost).message).toMatch(/^the lock on n1 was lost: connection lost/);
    expect(alice.lost.reason).toMatchObject({ isBroken: false });
    expect(await alice.verify()).toBe(alice.lost.reason);
    await alice.release();
  });

  it('are broken on demand only; the holder knows at once', async () => {
    const alice = await held('alice', ['n13', 'n14']);
    const executor = connect();
    expect(await lookAtLock(executor, 'n13', 'pg69', forever)).toEqual({
      kind: 'locked',
      node: 'n13',
      holder: owner('alice'),
    });
    expect(alice.lost.aborted).toBe(false);
    expect(await breakLock(executor, 'n13', 'pg69', forever)).toEqual({
      kind: 'broken',
      node: 'n13',
      holder: owner('alice'),
    });
    await eventually('alice knows', () => alice.lost.aborted);
    expect(alice.lost.reason).toMatchObject({ node: 'n13', isBroken: true });
    await (await held('bob', ['n13'])).release();
    expect(await breakLock(executor, 'n13', 'pg69', forever)).toEqual({ kind: 'free', node: 'n13' });
    expect(await breakLock(executor, 'n15', 'pg69', forever)).toEqual({ kind: 'free', node: 'n15' });
    await alice.release();
  });

  it('say why when a node does not answer, and hold nothing', async () => {
    const answer = await take('alice', ['n16', 'unknown.invalid']);
    expect(answer).toMatchObject({
      kind: 'failed',
      node: 'unknown.invalid',
      outcome: { kind: 'not-started' },
    });
    await (await held('bob', ['n16'])).release();
  });

  it('are taken on many nodes', async () => {
    const nodes = Array.from({ length: 40 }, (_, index) => `n${index + 1}`);
    const alice = await held('alice', nodes);
    expect(await take('bob', ['n40'])).toMatchObject({ kind: 'locked', node: 'n40' });
    await alice.release();
  });

  it('are let go on abort', async () => {
    const abort = new AbortController();
    const alice = await acquireLocks(connect(), ['n17'], 'pg69', owner('alice'), abort.signal);
    expect(alice.kind).toBe('held');
    abort.abort();
    await eventually('it is free', async () => (await take('bob', ['n17'])).kind === 'held');
  });

  it('make exit status 7, with the holder’s name', () => {
    const error = lockedError('pg69 is', { kind: 'locked', node: 'n1', holder: owner('alice') });
    expect(error.exitCode).toBe(7);
    expect(error.message).toBe(
      'pg69 is locked by alice on bastion of alice since 2026-11-26T00:00:00Z: apt-get upgrade (seen on n1)',
    );
  });
});

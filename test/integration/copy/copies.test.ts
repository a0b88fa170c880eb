import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SshExecutor } from '../../../src/ssh/executor.ts';
import { describeTree, makeTree } from '../../support/file-tree.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { eventually, sshExecutor, transports } from '../ssh/run-over-ssh.ts';
import { copyOn } from './copy-over-ssh.ts';

const sshd = findTool('sshd', 'openssh-server');

describe.skipIf(sshd === undefined).each(transports)('copies over a real sshd, by %s', (transport) => {
  let server: TestSshd;
  let executor: SshExecutor;
  let folder: string;
  let here: string;
  let there: string;

  beforeAll(async () => {
    server = await startSshd({ nodes: 3 });
    executor = sshExecutor(server, { transport });
  });
  afterAll(async () => {
    await executor.close();
    await server.stop();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'copies-'));
    here = join(folder, 'here');
    there = join(folder, 'there');
    mkdirSync(here);
    mkdirSync(there);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const done = { kind: 'finished', code: 0 };

  it('copies 30 MB to a node and back, byte for byte, in pieces larger and smaller than the file', async () => {
    const bytes = Buffer.alloc(30 * 2 ** 20);
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    writeFileSync(join(here, 'big'), bytes);
    const put = await copyOn(executor, 'n1', {
      direction: 'to-nodes',
      paths: [join(here, 'big')],
      dest: there,
      options: { checksum: true },
    });
    const back = await copyOn(executor, 'n1', {
      direction: 'from-nodes',
      paths: [join(there, 'big')],
      dest: here,
      options: { checksum: true, windowBytes: 300_000 },
    });

    expect([put.outcome, back.outcome]).toEqual([done, done]);
    expect(put.count).toMatchObject({ bytes: bytes.length, plannedBytes: bytes.length, files: 1 });
    expect(back.count).toMatchObject({ bytes: bytes.length, plannedBytes: bytes.length, files: 1 });
    const digest = createHash('sha256').update(bytes).digest('hex');
    expect(
      createHash('sha256')
        .update(readFileSync(join(here, 'big.n1')))
        .digest('hex'),
    ).toBe(digest);
  });

  it('copies a thousand small files, also such whose names are not UTF-8', async () => {
    const odd = Buffer.from([0x66, 0xff, 0xfe]);
    for (let index = 0; index < 1000; index += 1) {
      mkdirSync(join(here, `d${index % 10}`), { recursive: true });
      writeFileSync(join(here, `d${index % 10}`, `${index}`), `${index}`);
    }
    writeFileSync(Buffer.concat([Buffer.from(`${here}/`), odd]), 'odd');
    writeFileSync(join(here, 'new\nline'), 'n');
    const put = await copyOn(executor, 'n1', {
      direction: 'to-nodes',
      paths: [here],
      dest: join(there, 'x'),
    });
    const back = await copyOn(executor, 'n1', {
      direction: 'from-nodes',
      paths: [join(there, 'x')],
      dest: there,
    });

    expect([put.outcome, back.outcome]).toEqual([done, done]);
    expect(back.result).toMatchObject({ files: 1002, folders: 11, failures: [] });
    expect(describeTree(join(there, 'x.n1'))).toEqual(describeTree(here));
    expect(readdirSync(Buffer.from(join(there, 'x.n1')), 'buffer').some((name) => name.equals(odd))).toBe(
      true,
    );
  });

  it('leaves no half file and no temporary one when it is interrupted', async () => {
    writeFileSync(join(here, 'big'), Buffer.alloc(64 * 2 ** 20, 7));
    writeFileSync(join(there, 'big'), 'before');
    const abort = new AbortController();
    const { outcome } = await copyOn(executor, 'n1', {
      direction: 'to-nodes',
      paths: [join(here, 'big')],
      dest: there,
      signal: abort.signal,
      onMoved: (bytes) => bytes > 2 ** 20 && abort.abort(),
    });

    expect(outcome).toEqual({ kind: 'cancelled', remote: 'ended' });
    expect(describeTree(there)).toEqual(['big 644 "before"']);
  });

  it('leaves no half file here when a fetch is interrupted', async () => {
    writeFileSync(join(there, 'big'), Buffer.alloc(64 * 2 ** 20, 7));
    const abort = new AbortController();
    const { outcome } = await copyOn(executor, 'n1', {
      direction: 'from-nodes',
      paths: [join(there, 'big')],
      dest: here,
      signal: abort.signal,
      onMoved: (bytes) => bytes > 2 ** 20 && abort.abort(),
    });

    expect(outcome).toEqual({ kind: 'cancelled', remote: 'ended' });
    expect(readdirSync(here)).toEqual([]);
  });

  it('obeys the command timeout', async () => {
    // sparse: quick to make, slow to send
    writeFileSync(join(here, 'big'), '');
    truncateSync(join(here, 'big'), 2 ** 36);
    const { outcome } = await copyOn(executor, 'n1', {
      direction: 'to-nodes',
      paths: [join(here, 'big')],
      dest: there,
      timeoutMs: 500,
    });

    expect(outcome).toEqual({ kind: 'timed-out', afterMs: 500, remote: 'ended' });
    expect(readdirSync(there)).toEqual([]);
  });

  it('tells a lost connection as unknown, and the old file is still whole', async () => {
    writeFileSync(join(here, 'big'), Buffer.alloc(64 * 2 ** 20, 7));
    writeFileSync(join(there, 'big'), 'before');
    let cut = false;
    const { outcome } = await copyOn(executor, 'n2', {
      direction: 'to-nodes',
      paths: [join(here, 'big')],
      dest: there,
      onMoved: (bytes) => {
        if (bytes < 2 ** 20 || cut) return;
        cut = true;
        void executor.disconnect(['n2']);
      },
    });

    expect(outcome).toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('0 files copied before'),
    });
    expect(readFileSync(join(there, 'big'), 'utf8')).toBe('before');
  });

  it('replaces a file in one step: a reader sees the old bytes or the new ones', async () => {
    const old = Buffer.alloc(4 * 2 ** 20, 1);
    const fresh = Buffer.alloc(4 * 2 ** 20, 2);
    writeFileSync(join(there, 'f'), old);
    writeFileSync(join(here, 'f'), fresh);
    let reads = 0;
    let over = false;
    const copy = copyOn(executor, 'n1', {
      direction: 'to-nodes',
      paths: [join(here, 'f')],
      dest: there,
    }).finally(() => (over = true));
    await eventually('the copy ends', () => {
      const seen = readFileSync(join(there, 'f'));
      expect(seen.equals(old) || seen.equals(fresh)).toBe(true);
      reads += 1;
      return over;
    });

    expect((await copy).outcome).toEqual(done);
    expect(reads).toBeGreaterThan(1);
  });

  it.skipIf(process.getuid?.() !== 0)('keeps owner and mode of a file it replaces', async () => {
    writeFileSync(join(there, 'f'), 'old', { mode: 0o600 });
    chownSync(join(there, 'f'), 12345, 23456);
    writeFileSync(join(here, 'f'), 'new', { mode: 0o644 });
    await copyOn(executor, 'n1', { direction: 'to-nodes', paths: [join(here, 'f')], dest: there });

    const { uid, gid, mode } = statSync(join(there, 'f'));
    expect([uid, gid, mode & 0o777, readFileSync(join(there, 'f'), 'utf8')]).toEqual([
      12345,
      23456,
      0o600,
      'new',
    ]);
  });

  it('goes on with the other files when one cannot be copied, and names it', async () => {
    makeTree(here, { 'src/a': 'a', 'src/b': 'b', 'src/c/d': 'd' });
    makeTree(there, { 'src/a/in-the-way': '', 'src/c': 'a file' });
    const { outcome, result, stderr } = await copyOn(executor, 'n1', {
      direction: 'to-nodes',
      paths: [join(here, 'src')],
      dest: there,
    });

    expect(outcome).toEqual({ kind: 'finished', code: 1 });
    expect(result).toMatchObject({ files: 1, folders: 1 });
    expect(stderr.split('\n').toSorted()).toEqual([
      '',
      `${there}/src/a: a folder of that name is in the way`,
      `${there}/src/c: a file of that name is in the way`,
    ]);
    expect(readFileSync(join(there, 'src/b'), 'utf8')).toBe('b');
  });

  it('reads files whose size the node does not know', async () => {
    const { outcome } = await copyOn(executor, 'n1', {
      direction: 'from-nodes',
      paths: ['/proc/version'],
      dest: here,
    });

    expect(outcome).toEqual(done);
    expect(readFileSync(join(here, 'version.n1'), 'utf8')).toBe(readFileSync('/proc/version', 'utf8'));
  });

  it('refuses, before anybody is contacted, what is not there, and what is no file', async () => {
    symlinkSync('nowhere', join(here, 'broken'));
    mkdirSync(join(here, 'loop'));
    symlinkSync('.', join(here, 'loop', 'again'));
    const put = (path: string) =>
      copyOn(executor, 'n1', { direction: 'to-nodes', paths: [path], dest: there });

    await expect(put(join(here, 'no'))).rejects.toThrow('no such file or folder on this machine');
    await expect(put(join(here, 'broken'))).rejects.toThrow('no such file or folder on this machine');
    await expect(put(join(here, 'loop'))).rejects.toThrow('leads back to a folder above it');
    await expect(put('/dev/null')).rejects.toThrow('neither a file nor a folder');
    await expect(put('/')).rejects.toThrow('its last part is not a name');
    await expect(
      copyOn(executor, 'n1', { direction: 'from-nodes', paths: ['/etc/hosts'], dest: join(here, 'no') }),
    ).rejects.toThrow(/directory ".*" not found/);
    expect(executor.connected()).toEqual([]);
  });

  it('never writes through a link that is here', async () => {
    makeTree(there, { 'src/a': 'new', 'src/sub/b': 'new' });
    mkdirSync(join(here, 'src.n1'));
    writeFileSync(join(folder, 'outside'), 'mine');
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'outside'), join(here, 'src.n1', 'a'));
    symlinkSync(join(folder, 'elsewhere'), join(here, 'src.n1', 'sub'));
    const { result } = await copyOn(executor, 'n1', {
      direction: 'from-nodes',
      paths: [join(there, 'src')],
      dest: here,
    });

    expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('mine');
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
    expect(readFileSync(join(here, 'src.n1', 'a'), 'utf8')).toBe('new');
    expect(result?.failures).toEqual([
      { path: `${there}/src/sub`, message: 'a link of that name is in the way on this machine' },
    ]);
  });

  it('says what the login shell prints in front of SFTP, and what a server without SFTP lacks', async () => {
    const noisy = await startSshd({
      nodes: 1,
      config: ['Subsystem sftp /bin/echo You are being watched; exec sftp'],
    });
    const without = await startSshd({
      nodes: 1,
      config: ['Subsystem other /bin/true'],
    });
    const first = sshExecutor(noisy, { transport });
    const second = sshExecutor(without, { transport });
    try {
      const said = await copyOn(first, 'n1', { direction: 'from-nodes', paths: ['/etc/hosts'], dest: here });
      const none = await copyOn(second, 'n1', { direction: 'from-nodes', paths: ['/etc/hosts'], dest: here });

      expect(said.outcome).toMatchObject({
        kind: 'not-started',
        reason: 'protocol',
        message: 'the node sends other text instead of SFTP: You are being watched',
      });
      expect(none.outcome).toMatchObject({
        kind: 'not-started',
        reason: 'channel-refused',
        message: 'the server offers no sftp',
      });
      expect(existsSync(join(here, 'hosts.n1'))).toBe(false);
    } finally {
      await first.close();
      await second.close();
      await noisy.stop();
      await without.stop();
    }
  });
});

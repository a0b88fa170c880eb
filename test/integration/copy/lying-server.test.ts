import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeTree } from '../../support/file-tree.ts';
import { sshExecutor } from '../ssh/run-over-ssh.ts';
import { type Copied, copyOn, type CopyTry } from './copy-over-ssh.ts';
import { type LyingServer, startLyingServer } from './lying-server.ts';

describe('nodes that lie cannot write outside the destination', () => {
  let folder: string;
  let here: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lies-'));
    here = join(folder, 'a', 'here');
    mkdirSync(here, { recursive: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function copyWith(lies: LyingServer, attempt: Partial<CopyTry> = {}): Promise<Copied> {
    const server = await startLyingServer(lies);
    const executor = sshExecutor(server);
    try {
      return await copyOn(executor, 'n1', {
        direction: 'from-nodes',
        paths: ['/folder'],
        dest: here,
        ...attempt,
      });
    } finally {
      await executor.close();
      await server.stop();
    }
  }

  it.each([
    '../x',
    '../../x',
    '/etc/x',
    'sub/x',
    '.ssh/authorized_keys',
    'x/',
    '',
    'nul\0x',
    'x'.repeat(256),
  ])('refuses the name %j', async (name) => {
    const { outcome, result } = await copyWith({ names: [{ name: 'honest' }, { name }] });

    expect(result?.failures.map(({ message }) => message)).toEqual(['not a name for a file; refused']);
    expect(outcome).toEqual({ kind: 'finished', code: 1 });
    expect(describeTree(folder)).toEqual([
      'a/ 755',
      'a/here/ 755',
      'a/here/folder.n1/ 755',
      'a/here/folder.n1/honest 644 "evil"',
    ]);
  });

  it('passes over the folder itself and the one above', async () => {
    const { outcome } = await copyWith({ names: [{ name: '.' }, { name: '..', mode: 0o040_755 }] });

    expect(outcome).toEqual({ kind: 'finished', code: 0 });
    expect(describeTree(folder)).toEqual(['a/ 755', 'a/here/ 755', 'a/here/folder.n1/ 755']);
  });

  it('takes odd names that are names as they are', async () => {
    const names = ['-rf', 'new\nline', '\x1b]0;x\x07', '...', 'x'.repeat(255), 'ü', '*'];
    const { outcome } = await copyWith({ names: names.map((name) => ({ name })) });

    expect(outcome).toEqual({ kind: 'finished', code: 0 });
    expect(readdirSync(join(here, 'folder.n1')).toSorted()).toEqual(names.toSorted());
  });

  it('takes a name listed twice once', async () => {
    const { result } = await copyWith({ names: [{ name: 'x' }, { name: 'x' }] });

    expect(result).toMatchObject({ files: 1, failures: [{ path: '/folder/x', message: 'listed twice' }] });
  });

  it('makes no device, pipe or link', async () => {
    const { result } = await copyWith({
      names: [
        { name: 'pipe', mode: 0o010_644 },
        { name: 'device', mode: 0o060_644 },
        { name: 'socket', mode: 0o140_644 },
        { name: 'link', mode: 0o120_777 },
      ],
    });

    expect(result?.failures.map(({ message }) => message)).toEqual(
      Array.from({ length: 4 }, () => 'neither a file nor a folder on the node'),
    );
    expect(readdirSync(join(here, 'folder.n1'))).toEqual([]);
  });

  it('ends folders in folders without end', async () => {
    const { result, outcome } = await copyWith({ names: [{ name: 'again', mode: 0o040_755 }] });

    expect(outcome).toEqual({ kind: 'finished', code: 1 });
    expect(result?.failures).toEqual([expect.objectContaining({ message: 'more than 100 folders deep' })]);
  });

  it('keeps set-user-id bits off without -p', async () => {
    await copyWith({ names: [{ name: 'x', mode: 0o104_777 }] });

    expect(describeTree(join(here, 'folder.n1'))).toEqual(['x 755 "evil"']);
  });

  it.each<[string, LyingServer['on'], string]>([
    [
      'a file that is shorter than it said',
      (sftp) => sftp.removeAllListeners('READ').on('READ', (id) => sftp.status(id, 1)),
      'the file became shorter while it was copied',
    ],
    [
      'a refusal with a control character',
      (sftp) => sftp.removeAllListeners('OPEN').on('OPEN', (id) => sftp.status(id, 4, 'no\x1b[2J')),
      'the SFTP server refuses it: no\x1b[2J',
    ],
    [
      'permission denied',
      (sftp) => sftp.removeAllListeners('OPEN').on('OPEN', (id) => sftp.status(id, 3)),
      'permission denied',
    ],
  ])('tells %s', async (_name, on, message) => {
    const { result } = await copyWith(
      { names: [], ...(on === undefined ? {} : { on }) },
      { paths: ['/file'] },
    );

    expect(result?.failures).toEqual([{ path: '/file', message }]);
    expect(readdirSync(here)).toEqual([]);
  });

  it.each<[string, LyingServer['on']]>([
    [
      'more than it was asked for',
      (sftp) =>
        sftp
          .removeAllListeners('READ')
          .on('READ', (id, _h, _o, length) => sftp.data(id, Buffer.alloc(length + 1))),
    ],
    [
      'nothing where it should be',
      (sftp) => sftp.removeAllListeners('READ').on('READ', (id) => sftp.data(id, Buffer.alloc(0))),
    ],
    [
      'attributes for data',
      (sftp) =>
        sftp
          .removeAllListeners('READ')
          .on('READ', (id) => sftp.attrs(id, { mode: 0, size: 0, uid: 0, gid: 0, atime: 0, mtime: 0 })),
    ],
    [
      'an answer that nobody asked for',
      (sftp) => sftp.removeAllListeners('READ').on('READ', (id) => sftp.data(id + 77, Buffer.from('evil'))),
    ],
  ])('ends with a server that sends %s', async (_name, on) => {
    const { outcome } = await copyWith(
      { names: [], ...(on === undefined ? {} : { on }) },
      { paths: ['/file'] },
    );

    expect(outcome).toMatchObject({ kind: 'unknown', message: expect.stringMatching(/^the SFTP server /) });
    expect(readdirSync(here)).toEqual([]);
  });

  it('notices bytes that did not arrive', async () => {
    writeFileSync(join(here, 'x'), 'four');
    const on: LyingServer['on'] = (sftp) => {
      sftp.removeAllListeners('LSTAT').on('LSTAT', (id) => sftp.status(id, 2));
      sftp
        .removeAllListeners('FSTAT')
        .on('FSTAT', (id) =>
          sftp.attrs(id, { mode: 0o100_644, size: 3, uid: 0, gid: 0, atime: 0, mtime: 0 }),
        );
      sftp.on('WRITE', (id) => sftp.status(id, 0));
      sftp.on('REMOVE', (id) => sftp.status(id, 0));
    };
    const { result } = await copyWith(
      { names: [], on },
      { direction: 'to-nodes', paths: [join(here, 'x')], dest: '/folder' },
    );

    expect(result?.failures).toEqual([{ path: '/folder/x', message: 'the node has 3 bytes of 4' }]);
  });

  it('--checksum notices bytes that arrived wrong', async () => {
    writeFileSync(join(here, 'x'), 'four');
    const on: LyingServer['on'] = (sftp) => {
      sftp.removeAllListeners('LSTAT').on('LSTAT', (id) => sftp.status(id, 2));
      sftp.on('WRITE', (id) => sftp.status(id, 0));
      sftp.on('REMOVE', (id) => sftp.status(id, 0));
    };
    const { result } = await copyWith(
      { names: [], on },
      { direction: 'to-nodes', paths: [join(here, 'x')], dest: '/folder', options: { checksum: true } },
    );

    expect(result?.failures).toEqual([
      { path: '/folder/x', message: 'the node has other bytes than were sent' },
    ]);
  });
});

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { fileNameOf } from '../../../src/output/output-files.ts';
import { replay } from '../../support/replay-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'output-files-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const contents = (path: string): Record<string, string> =>
  Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'latin1')]));

describe('--outdir and --errdir', () => {
  test('hold each node’s own bytes, also under -b, and an empty file for a silent node', async () => {
    const outdir = join(folder, 'a/out');
    const errdir = join(folder, 'a/err');
    const shown = await replay(
      [
        ['n1', 'a\r\nb'],
        ['n1', { stderr: 'e' }],
        ['n2', Buffer.from([0xff, 0])],
        ['n3', ''],
      ],
      { gather: true, quiet: true, outdir, errdir },
      { latin1: true },
    );

    expect(contents(outdir)).toEqual({ n1: 'a\r\nb', n2: '\u00ff\0', n3: '' });
    expect(contents(errdir)).toEqual({ n1: 'e', n2: '', n3: '' });
    expect(shown.out).toContain('n1\n---------------\na\nb\n');
  });

  test('go through no link, wait for no pipe, and spoil nothing else', async () => {
    const outdir = join(folder, 'b');
    mkdirSync(join(outdir, 'n3'), { recursive: true });
    writeFileSync(join(folder, 'precious'), 'kept');
    symlinkSync(join(folder, 'precious'), join(outdir, 'n1'));
    execFileSync('mkfifo', [join(outdir, 'n2')]);
    const shown = await replay(
      ['n1', 'n2', 'n3', 'n4'].map((node) => [node, 'x\n'] as const),
      { outdir },
    );

    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept');
    expect(readFileSync(join(outdir, 'n4'), 'utf8')).toBe('x\n');
    expect(shown.err.match(/^muster: n\d: cannot write .*\/n\d: \w+/gm)).toHaveLength(3);
    expect(shown.out).toBe('n1: x\nn2: x\nn3: x\nn4: x\n');
  });

  test('a folder that cannot be made is the user’s to mend', async () => {
    await expect(replay([['n1', 'x']], { outdir: '/dev/null/x' })).rejects.toMatchObject({
      code: 'OUTPUT_FOLDER',
      message: expect.stringContaining('/dev/null/x') as string,
    });
  });

  test('no node name leaves the folder, and no two share a file', () => {
    expect([fileNameOf('node1'), fileNameOf('../etc/passwd'), fileNameOf('.'), fileNameOf('a%b')]).toEqual([
      'node1',
      '%2E.%2Fetc%2Fpasswd',
      '%2E',
      'a%25b',
    ]);
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), fc.string({ maxLength: 400 }), (one, two) => {
        const name = fileNameOf(one);
        expect(name).not.toMatch(/[/\0]|^\.|^$/);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(name === fileNameOf(two)).toBe(one === two);
      }),
    );
  });
});

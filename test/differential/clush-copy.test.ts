import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeTree, type FileTree, makeTree } from '../support/file-tree.ts';
import { muster, type ProgramResult, type RunOptions, runProgram } from '../support/muster.ts';
import { findTool } from '../support/require-tool.ts';
import { startSshd, type TestSshd } from '../support/sshd.ts';

/**
 * `muster run --copy` and `--rcopy` leave the same files under the same names, with the same modes and times, as clush does
 * with scp, on the same server.
 */
const clush = findTool('clush', 'clustershell');
const scp = findTool('scp', 'openssh-client');
const sshd = findTool('sshd', 'openssh-server');

interface Case {
  readonly name: string;
  /** @here and @there stand for the two folders. */
  readonly args: readonly string[];
  readonly here?: FileTree;
  readonly there?: FileTree;
  readonly modes?: Readonly<Record<string, number>>;
  /** clush exits 0 whatever scp says; ours tells. */
  readonly code?: number;
}

const tree: FileTree = {
  'src/a': 'alpha\n',
  'src/b': 'beta',
  'src/sub/c': '\0\xff\r\n',
  'src/sub/deep/d': '',
  'src/none/': '',
};
const n1 = ['-w', 'n1'];
const two = ['-w', 'n[1-2]'];

const cases: readonly Case[] = [
  {
    name: 'a file into a folder',
    args: [...n1, '-c', 'src/a', '--dest', '@there/d'],
    here: tree,
    there: { 'd/': '' },
  },
  { name: 'a file under a new name', args: [...n1, '-c', 'src/a', '--dest', '@there/new'], here: tree },
  {
    name: 'a file over a file',
    args: [...n1, '-c', 'src/a', '--dest', '@there/old'],
    here: tree,
    there: { old: 'longer than before' },
  },
  {
    name: 'a file over a file of another mode',
    args: [...n1, '-c', 'src/a', '--dest', '@there/old'],
    here: tree,
    there: { old: 'x' },
    modes: { 'there/old': 0o640, 'here/src/a': 0o755 },
  },
  {
    name: '-p: a file over a file of another mode',
    args: [...n1, '-p', '-c', 'src/a', '--dest', '@there/old'],
    here: tree,
    there: { old: 'x' },
    modes: { 'there/old': 0o640, 'here/src/a': 0o750 },
  },
  {
    name: 'a file over a link to a file',
    args: [...n1, '-c', 'src/a', '--dest', '@there/link'],
    here: tree,
    there: { 'd/real': 'x', link: '-> d/real' },
  },
  {
    name: 'two files',
    args: [...n1, '-c', 'src/a', 'src/b', '--dest', '@there/d'],
    here: tree,
    there: { 'd/': '' },
  },
  {
    name: 'options after the files',
    args: ['-c', 'src/a', ...n1, '--dest=@there/d', 'src/b'],
    here: tree,
    there: { 'd/': '' },
  },
  {
    name: 'a folder into a folder',
    args: [...n1, '-c', 'src', '--dest', '@there/d'],
    here: tree,
    there: { 'd/': '' },
  },
  {
    name: 'a folder with a slash',
    args: [...n1, '-c', 'src/', '--dest', '@there/d'],
    here: tree,
    there: { 'd/': '' },
  },
  { name: 'a folder under a new name', args: [...n1, '-c', 'src', '--dest', '@there/new'], here: tree },
  {
    name: 'a folder over one that is there',
    args: [...n1, '-c', 'src', '--dest', '@there/d'],
    here: tree,
    there: { 'd/src/a': 'old', 'd/src/other': 'stays', 'd/src/sub/c': 'old' },
  },
  {
    name: 'what is in a folder',
    args: [...n1, '-c', 'src/.', '--dest', '@there/d'],
    here: tree,
    there: { 'd/': '' },
  },
  {
    name: 'modes',
    args: [...n1, '-c', 'src', '--dest', '@there/new'],
    here: tree,
    modes: { 'here/src/a': 0o640, 'here/src/b': 0o777, 'here/src/sub': 0o770 },
  },
  {
    name: '-p: modes and times',
    args: [...n1, '-p', '-c', 'src', '--dest', '@there/new'],
    here: tree,
    modes: { 'here/src/a': 0o604, 'here/src/b': 0o777, 'here/src/sub': 0o550, 'here/src/none': 0o1777 },
  },
  {
    name: 'links are followed',
    args: [...n1, '-c', 'src', '--dest', '@there/new'],
    here: { ...tree, 'src/l': '-> a' },
  },
  { name: 'the default destination', args: [...n1, '-c', '@here/src/a'], here: tree },
  {
    name: 'names with blanks and quotes',
    args: [...n1, '-c', "src/it's a $name", '--dest', '@there/d'],
    here: { "src/it's a $name": 'x' },
    there: { 'd/': '' },
  },
  {
    name: 'relative to the home',
    args: [...n1, '-c', 'src/a', '--dest', 'd'],
    here: tree,
    there: { 'd/': '' },
  },
  { name: '~', args: [...n1, '-c', 'src/a', '--dest', '~/d'], here: tree, there: { 'd/': '' } },
  { name: 'no such folder', args: [...n1, '-c', 'src/a', '--dest', '@there/no/such'], here: tree, code: 1 },
  {
    name: 'no such folder, slash',
    args: [...n1, '-c', 'src/a', '--dest', '@there/no/'],
    here: tree,
    code: 1,
  },
  {
    name: 'a folder over a file',
    args: [...n1, '-c', 'src', '--dest', '@there/old'],
    here: tree,
    there: { old: 'x' },
    code: 1,
  },

  {
    name: 'rcopy: a file',
    args: [...two, '--rcopy', '@there/src/a', '--dest', 'd'],
    there: tree,
    here: { 'd/': '' },
  },
  {
    name: 'rcopy: a folder',
    args: [...two, '--rcopy', '@there/src', '--dest', 'd'],
    there: tree,
    here: { 'd/': '' },
  },
  {
    name: 'rcopy: several',
    args: [...two, '--rcopy', '@there/src/a', '@there/src/sub', '--dest', '@here/d'],
    there: tree,
    here: { 'd/': '' },
  },
  {
    name: 'rcopy: relative to the home',
    args: [...two, '--rcopy', 'src/a', '--dest', 'd'],
    there: tree,
    here: { 'd/': '' },
  },
  {
    name: 'rcopy: the default destination',
    args: [...two, '--rcopy', 'src/a'],
    there: tree,
    here: { 'src/x': '' },
  },
  {
    name: 'rcopy: modes',
    args: [...two, '--rcopy', 'src', '--dest', 'd'],
    there: tree,
    here: { 'd/': '' },
    modes: { 'there/src/a': 0o640, 'there/src/b': 0o777, 'there/src/sub': 0o770 },
  },
  {
    name: 'rcopy -p',
    args: [...two, '-p', '--rcopy', 'src', '--dest', 'd'],
    there: tree,
    here: { 'd/': '' },
    modes: { 'there/src/a': 0o604, 'there/src/sub': 0o550 },
  },
  {
    name: 'rcopy: links are followed on the node',
    args: [...n1, '--rcopy', 'src', '--dest', 'd'],
    there: { ...tree, 'src/l': '-> a' },
    here: { 'd/': '' },
  },
  {
    name: 'rcopy: over a file',
    args: [...n1, '--rcopy', 'src/a', '--dest', 'd'],
    there: tree,
    here: { 'd/a.n1': 'older and longer' },
  },
  {
    name: 'rcopy: no such file',
    args: [...n1, '--rcopy', 'src/no', '--dest', 'd'],
    there: tree,
    here: { 'd/': '' },
    code: 1,
  },
];

describe.skipIf(clush === undefined || scp === undefined || sshd === undefined)(
  'muster --copy leaves what clush --copy leaves',
  () => {
    const sides: Side[] = [];
    interface Side {
      readonly folder: string;
      readonly server: TestSshd;
      run(words: readonly string[]): Promise<ProgramResult>;
    }

    /** A server whose sessions begin in the folder `there`, a program that is run in the folder `here`. */
    async function startSide(
      run: (words: readonly string[], options: RunOptions, server: TestSshd) => Promise<ProgramResult>,
    ): Promise<Side> {
      const folder = mkdtempSync(join(tmpdir(), 'copies-'));
      mkdirSync(join(folder, 'there'));
      const server = await startSshd({
        nodes: 2,
        config: [`ForceCommand internal-sftp -d ${join(folder, 'there')}`],
      });
      return {
        folder,
        server,
        run: (words) =>
          run(
            words.map((word) => word.replace(/@(t?here)/, `${folder}/$1`)),
            { env: { ...server.env }, cwd: join(folder, 'here') },
            server,
          ),
      };
    }

    beforeAll(async () => {
      sides.push(
        await startSide((words, options, server) =>
          runProgram(clush!, ['-o', `-F ${server.sshConfigPath}`, ...words], options),
        ),
        await startSide((words, options) => muster(words, options)),
      );
    });
    afterAll(async () => {
      for (const { server, folder } of sides) {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    });

    /** Both folders afterwards, and what was said. */
    async function leaves(
      side: Side,
      { args, here = {}, there = {}, modes }: Case,
    ): Promise<ProgramResult & { readonly trees: readonly string[] }> {
      const { folder } = side;
      for (const name of ['here', 'there']) rmSync(join(folder, name), { recursive: true, force: true });
      makeTree(join(folder, 'here'), here);
      makeTree(join(folder, 'there'), there);
      makeTree(folder, {}, modes);
      const result = await side.run(args);
      const withTimes = args.includes('-p');
      const trees = ['here', 'there'].flatMap((name) => [
        name,
        ...describeTree(join(folder, name), withTimes),
      ]);
      return { ...result, trees };
    }

    test.each(cases)('$name', async (one) => {
      const [theirs, ours] = await Promise.all(sides.map((side) => leaves(side, one)));

      expect(ours!.trees).toEqual(theirs!.trees);
      expect([ours!.code, ours!.stderr !== '']).toEqual([one.code ?? 0, one.code !== undefined]);
    });

    test('-v says what clush -v says', async () => {
      const one: Case = {
        name: '-v',
        args: [...two, '-v', '-c', 'src/a', 'src/b', '--dest', 'd'],
        here: tree,
        there: { 'd/': '' },
      };
      const [theirs, ours] = await Promise.all(sides.map((side) => leaves(side, one)));

      // clush keeps sources in a set: their order is another one each time, muster's is the one written.
      const lines = ({ stdout }: { readonly stdout: string }) => stdout.split('\n').toSorted();
      expect(lines(ours!)).toEqual(lines(theirs!));
      expect(ours!.stdout.indexOf('src/a')).toBeLessThan(ours!.stdout.indexOf('src/b'));
    });

    test('a folder that is there keeps its mode; scp would give it that of the source', async () => {
      const one: Case = {
        name: 'mode',
        args: [...n1, '-c', 'src', '--dest', 'd'],
        here: tree,
        there: { 'd/src/a': 'old' },
        modes: { 'there/d/src': 0o700 },
      };
      const ours = await leaves(sides[1]!, one);

      expect(ours.trees).toContain('d/src/ 700');
      expect(ours.trees).toContain('d/src/a 644 "alpha\\n"');
    });

    test('links to folders are followed; scp leaves them out', async () => {
      const one: Case = {
        name: 'links',
        args: [...n1, '-c', 'src', '--dest', 'd'],
        here: { ...tree, 'src/m': '-> sub' },
        there: { 'd/': '' },
      };
      const ours = await leaves(sides[1]!, one);

      expect(ours.code).toBe(0);
      expect(ours.trees).toContain('d/src/m/deep/d 644 ""');
    });

    test('a folder fetched a second time is refreshed; scp would put it into the first', async () => {
      const one: Case = {
        name: 'again',
        args: [...n1, '--rcopy', 'src/sub', '--dest', 'd'],
        there: tree,
        here: { 'd/sub.n1/c': 'of yesterday' },
      };
      const ours = await leaves(sides[1]!, one);

      expect(ours.trees).toContain('d/sub.n1/c 644 "\\u0000\u00c3\u00bf\\r\\n"');
      expect(ours.trees.join('\n')).not.toContain('d/sub.n1/sub');
    });
  },
);

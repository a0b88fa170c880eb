import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { muster, type ProgramResult, runProgram } from '../support/muster.ts';
import { findTool } from '../support/require-tool.ts';
import { startSshd, type TestSshd } from '../support/sshd.ts';

const clush = findTool('clush', 'clustershell');
const sshd = findTool('sshd', 'openssh-server');

/** One command line for both, over the same sshd. */
interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly input?: string;
  /** Lines come as nodes end: compared as a set. */
  readonly anyOrder?: boolean;
  /** Ours; clush's is `theirs`, or 0. */
  readonly code?: number;
  readonly theirs?: number;
}

const four = ['-w', 'n[1-4]'];
/** The node's number, told by the address it was reached at: 127.1.0.NUMBER. */
const number = 'set -- $SSH_CONNECTION; i=${3##*.}';
const mixed = `${number}; echo same; test $i -gt 2 && echo other; exit $((i > 2 ? 2 : 0))`;

const cases: readonly Case[] = [
  { name: 'plain', args: [...four, 'echo one; echo two >&2'], anyOrder: true },
  { name: 'plain with failures', args: [...four, mixed], anyOrder: true, code: 1 },
  { name: '-b', args: ['-b', ...four, mixed], code: 1 },
  { name: '-b with stderr apart', args: ['-b', ...four, 'echo out; echo err >&2'], anyOrder: true },
  { name: '-B', args: ['-B', ...four, 'echo err >&2; sleep 0.1; echo out'] },
  { name: '-L', args: ['-L', ...four, `${number}; echo a; echo $i; exit $((4 - i))`], code: 1 },
  { name: '-bL', args: ['-bL', ...four, `${number}; echo a; echo $((i / 3)); echo c`] },
  { name: '-N', args: ['-N', ...four, 'echo text'] },
  { name: '-bN', args: ['-bN', ...four, mixed], code: 1 },
  { name: '-S', args: ['-S', '-b', ...four, `${number}; exit $i`], code: 4, theirs: 4 },
  { name: '-qbS', args: ['-qbS', ...four, `${number}; exit $i`], code: 4, theirs: 4 },
  { name: '-x', args: ['-b', ...four, '-x', 'n[2-3]', 'echo hi'] },
  { name: '-f 1', args: ['-f', '1', ...four, 'echo hi'], anyOrder: true },
  { name: '-u, plain', args: ['-u', '3', '-w', 'n[1-2]', 'echo start; sleep 300'], anyOrder: true, code: 1 },
  { name: '-u -S', args: ['-S', '-u', '3', '-w', 'n1', 'echo start; sleep 300'], code: 255, theirs: 255 },
  {
    name: '-bL -u keeps what came',
    args: ['-qbL', '-u', '3', '-w', 'n[1-2]', 'echo start; sleep 300'],
    code: 1,
  },
  { name: '--diff', args: ['--diff', ...four, `${number}; echo l1; echo $((i / 4)); echo l3`] },
  { name: '-v', args: ['-v', '-w', 'n1', 'echo hi'] },
  { name: '-q', args: ['-q', ...four, 'exit 1'], anyOrder: true, code: 1 },
  { name: '-l', args: ['-l', 'root', '-w', 'n1', 'id -un'] },
  { name: 'options glued and clustered', args: ['-bLwn[1-2]', '-f1', '-u60', 'echo hi'] },
  {
    name: 'long options shortened',
    args: ['--fan=2', '-w', 'n[1-2]', '--conn=20', '--nostdin', 'echo hi'],
    anyOrder: true,
  },
  {
    name: 'no options after the first word of the command',
    args: ['-w', 'n1', 'echo', '-b', '-u', '1', '-w'],
  },
  { name: 'words are joined by single blanks', args: ['-w', 'n1', 'echo', 'a  b', '$((1+1))', "'c  d'"] },
  { name: 'standard input goes to every node', args: ['-b', ...four, 'cat'], input: 'x\ny' },
  { name: '-n gives none', args: ['-n', '-b', ...four, 'cat; echo end'], input: 'x\n' },
  {
    name: 'without a command standard input is the script',
    args: ['-w', 'n[1-2]'],
    input: 'echo one\nexit 3\necho two\n',
    anyOrder: true,
    code: 1,
  },
  { name: 'bytes that are not UTF-8', args: ['-b', '-w', 'n1', String.raw`printf 'a\377\200b\033[31m\n'`] },
  { name: 'no newline at the end', args: ['-w', 'n1', 'printf abc'] },
  { name: 'line ends of a terminal', args: ['-w', 'n1', String.raw`printf 'a\r\nb\r\n'`] },
  { name: 'exit status 255 of the command itself', args: ['-w', 'n1', 'exit 255'], code: 1 },
  { name: 'no node left', args: ['-w', 'n1', '-x', 'n1', 'true'], code: 2, theirs: 2 },
];

/** Where ours says more, or the hint differs, only ours is left out of the comparison. */
const oursAlone = /^muster: .*: (?:no output|output is partial)\n|^Nothing is left of .*\n/gm;
const messages = (text: string): string =>
  text
    .replaceAll(/^clush: /gm, 'muster: ')
    .replace(/^Usage: .*\n\n/m, '')
    .replace('muster: error: No node to run on.', 'muster: no node to run on');
const sorted = (text: string): string => text.split('\n').toSorted().join('\n');

describe.skipIf(clush === undefined || sshd === undefined)('muster and clush over one sshd', () => {
  let server: TestSshd;
  beforeAll(async () => {
    server = await startSshd({ nodes: 4 });
    // Spares the servers and clush's ssh processes 0.2 s of CPU time a login.
    appendFileSync(server.sshConfigPath, '  KexAlgorithms curve25519-sha256\n');
  });
  afterAll(() => server.stop());

  const both = (args: readonly string[], input?: string): Promise<[ProgramResult, ProgramResult]> => {
    const line = ['-o', `-F ${server.sshConfigPath}`, ...args];
    const options = { env: server.env, ...(input === undefined ? {} : { input }) };
    return Promise.all([muster(line, options), runProgram(clush!, line, options)]);
  };

  test.each(cases)('$name', { timeout: 90_000 }, async ({ args, input, anyOrder, code, theirs }) => {
    const [ours, clushes] = await both(args, input);

    const order = anyOrder === true ? sorted : (text: string) => text;
    expect(order(ours.stdout)).toBe(order(clushes.stdout));
    expect(sorted(ours.stderr.replaceAll(oursAlone, ''))).toBe(sorted(messages(clushes.stderr)));
    expect([ours.code, clushes.code]).toEqual([code ?? 0, theirs ?? 0]);
  });

  test('-f 1 goes by the order written, which clush does not', { timeout: 90_000 }, async () => {
    const { stdout } = await muster(['-f', '1', '-w', 'n3,n1,n4,n2', 'echo hi'], { env: server.env });

    expect(stdout).toBe('n3: hi\nn1: hi\nn4: hi\nn2: hi\n');
  });

  test('-b -u shows what came, which clush throws away', { timeout: 90_000 }, async () => {
    const [ours, clushes] = await both(['-b', '-u', '3', '-w', 'n[1-2]', 'echo start; sleep 300']);

    expect(clushes.stdout).toBe('');
    expect(ours.stdout).toBe(`${'-'.repeat(15)}\nn[1-2] (2)\n${'-'.repeat(15)}\nstart\n`);
    expect(ours.stderr).toBe('muster: n[1-2]: command timeout\nmuster: n[1-2] (2): output is partial\n');
  });
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { muster, runProgram } from '../support/muster.ts';
import { findTool } from '../support/require-tool.ts';

const clush = findTool('clush', 'clustershell');
const folder = mkdtempSync(join(tmpdir(), 'clush-run-'));
const env = { HOME: folder, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder, CLUSTERSHELL_CFGDIR: folder };

/** One command line for both; -R exec runs it on this machine, so that no server's mood shows. */
interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly input?: string;
  /** Lines come as nodes end: compared as a set. */
  readonly anyOrder?: boolean;
  /** Ours; clush's own is 0 unless -S. */
  readonly code: number;
}

const four = ['-w', 'n[1-4]'];
const mixed = 'echo same; test %n -gt 1 && echo other; exit $((%n > 1 ? 2 : 0))';

const cases: readonly Case[] = [
  { name: 'plain', args: [...four, 'echo one; echo two >&2'], anyOrder: true, code: 0 },
  { name: 'plain with failures', args: [...four, mixed], anyOrder: true, code: 1 },
  { name: '-b', args: ['-b', ...four, mixed], code: 1 },
  {
    name: '-b, stderr stays apart',
    args: ['-b', ...four, 'echo out; echo err >&2'],
    anyOrder: true,
    code: 0,
  },
  { name: '-B', args: ['-B', ...four, 'echo out; echo err >&2'], code: 0 },
  { name: '-b, larger groups first', args: ['-b', '-w', 'n[1-6]', 'echo $((%n < 2))'], code: 0 },
  { name: '-b, no final newline', args: ['-b', ...four, 'printf hi'], code: 0 },
  {
    name: '-b, empty lines and trailing blanks',
    args: ['-b', ...four, 'printf "a \\n\\n\\nb\\n\\n"'],
    code: 0,
  },
  { name: '-b, silent nodes', args: ['-qb', ...four, 'test %n = 0 && echo hi; true'], code: 0 },
  { name: '-qb', args: ['-qb', ...four, mixed], code: 1 },
  { name: '-L', args: ['-L', ...four, 'echo a; echo b%h; exit $((3 - %n))'], code: 1 },
  { name: '-bL', args: ['-bL', '-w', 'n[1-3]', 'echo a; echo b%h; echo c'], code: 0 },
  { name: '-N', args: ['-N', '-f1', ...four, 'echo text'], anyOrder: true, code: 0 },
  { name: '-bN', args: ['-bN', ...four, mixed], code: 1 },
  { name: '-x', args: ['-b', ...four, '-x', 'n[2-3]', 'echo %h'], code: 0 },
  { name: '-S', args: ['-S', '-b', ...four, 'exit %n'], code: 3 },
  { name: '-qS says nothing', args: ['-qbS', '-w', 'n[1-3]', 'exit %n'], code: 2 },
  { name: '-LS', args: ['-LS', '-w', 'n[1-3]', 'echo %h; exit $((2 - %n))'], code: 2 },
  {
    name: '--diff',
    args: ['--diff', ...four, 'echo l1; if [ %n = 2 ]; then echo X; else echo l2; fi; echo l3'],
    code: 0,
  },
  { name: '--diff, nothing differs', args: ['--diff', ...four, 'echo l1'], code: 0 },
  { name: 'the command keeps its own options', args: ['-w', 'n1', 'echo', '-b', '-L'], code: 0 },
  { name: 'standard input goes to every node', args: ['-b', ...four, 'cat'], input: 'x\ny', code: 0 },
  { name: '-n gives none', args: ['-n', '-b', ...four, 'cat; echo end'], input: 'x\n', code: 0 },
  {
    name: 'carriage returns before line ends',
    args: ['-f1', '-w', 'n1', 'printf "a\\r\\nb\\r\\n"'],
    code: 0,
  },
  { name: '--color=always', args: ['--color=always', '-b', ...four, 'echo hi'], code: 0 },
  { name: '--color=always, plain', args: ['--color=always', '-w', 'n1', 'echo hi; echo err >&2'], code: 0 },
  {
    name: '--color=always --diff',
    args: ['--color=always', '--diff', ...four, 'echo l1; [ %n = 2 ] && echo X; echo l3'],
    code: 0,
  },
  { name: 'several node sets', args: ['-b', '-w', 'a[1-2],b', '-w', 'c', 'echo hi'], code: 0 },
];

const messages = (text: string): string => text.replaceAll(/^clush: /gm, 'muster: ');
/** Ours alone: silent nodes are named. */
const withoutNote = (text: string): string => text.replaceAll(/^muster: .*: no output\n/gm, '');
const sorted = (text: string): string => text.split('\n').toSorted().join('\n');

describe.skipIf(clush === undefined)('muster -R exec prints what clush -R exec prints', () => {
  test.concurrent.each(cases)('$name', async ({ args, input, anyOrder, code }) => {
    const options = { env, ...(input === undefined ? {} : { input }) };
    const [ours, theirs] = await Promise.all([
      muster(['-R', 'exec', ...args], options),
      runProgram(clush!, ['-R', 'exec', ...args], options),
    ]);

    const order = anyOrder === true ? sorted : (text: string) => text;
    expect(order(ours.stdout)).toBe(order(theirs.stdout));
    expect(sorted(withoutNote(ours.stderr))).toBe(sorted(messages(theirs.stderr)));
    expect(ours.code).toBe(code);
  });
});

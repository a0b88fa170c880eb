import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { configurationOfFile } from '../support/configuration-of-file.ts';
import { muster, runProgram } from '../support/muster.ts';
import { findTool } from '../support/require-tool.ts';
import { fleetGroups } from './fleet-groups.ts';

const tools = {
  nodeset: findTool('nodeset', 'clustershell'),
  clubak: findTool('clubak', 'clustershell'),
  clush: findTool('clush', 'clustershell'),
};
const words = { nodeset: 'nodes', clubak: 'fold', clush: 'run' } as const;
const { env } = configurationOfFile(fleetGroups);

/** One command line of both. What the original does differently, on purpose or not, is written out. */
interface Case {
  readonly tool: keyof typeof words;
  readonly args: readonly string[];
  readonly input?: string;
  readonly stdout: string;
  /** Default 0. */
  readonly code?: number;
  /** In what muster prints on standard error. */
  readonly says?: string;
  /** Default: the same output and exit status. */
  readonly theirs?: { readonly stdout?: string; readonly code?: number };
}

const nodeset = (line: string, stdout: string, more: Partial<Case> = {}): Case => ({
  tool: 'nodeset',
  args: line.split(' '),
  stdout,
  ...more,
});
const refused = (line: string, says: string, more: Partial<Case> = {}): Case =>
  nodeset(line, '', { code: 2, says, theirs: { code: 1 }, ...more });
const clush = (args: readonly string[], stdout: string, more: Partial<Case> = {}): Case => ({
  tool: 'clush',
  args: ['-R', 'exec', ...args],
  stdout,
  ...more,
});
const clubak = (args: string, input: string, stdout: string, more: Partial<Case> = {}): Case => ({
  tool: 'clubak',
  args: args.split(' '),
  input,
  stdout,
  ...more,
});
const block = (header: string, text: string): string =>
  `---------------\n${header}\n---------------\n${text}\n`;

const cases: readonly { readonly name: string; readonly lines: readonly Case[] }[] = [
  {
    name: '1 padding is part of the name',
    lines: [
      nodeset('-f node1 node01 node001 node2 node02', 'node[1-2,01-02,001]\n'),
      nodeset('-f node9 node10 node099 node100', 'node[9-10,099-100]\n'),
    ],
  },
  {
    name: '2 both ends of a padded range have one length',
    lines: [refused('-f node[01-2]', 'padding length mismatch: "01-2"')],
  },
  {
    name: '3 digits that touch a bracket',
    lines: [nodeset('-f a1[2-3]4', 'a[124,134]\n'), refused('-f a[1-4/2]3', 'illegal trailing digits')],
  },
  { name: '4 a bracket after a bracket', lines: [refused('-f node[1][2]', 'illegal reopening bracket')] },
  {
    name: '5 several dimensions and axes',
    lines: [
      nodeset('-f p[1-2]n[1-3] -x p1n2', 'p2n[1-3],p1n[1,3]\n'),
      nodeset('--axis=1 -f dc[1-2]n[1-2]', 'dc[1-2]n1,dc[1-2]n2\n'),
    ],
  },
  {
    name: '6 operators from left to right',
    lines: [nodeset('-f n[1-2],n[4-5]!n[2-4]^n[5-6]&n[1-9]', 'n[1,6]\n')],
  },
  {
    name: '7 an operand is missing; blanks around operators',
    lines: [
      refused('-f a!!b', 'missing'),
      { tool: 'nodeset', args: ['-f', 'a[1-5] ! a2 , b'], stdout: 'a[1,3-5],b\n' },
    ],
  },
  {
    name: '8 a blank inside a word belongs to the name, in -w it separates nodes',
    lines: [
      { tool: 'nodeset', args: ['-c', 'a b'], stdout: '1\n' },
      clush(['-bw', 'a b', 'echo hi'], block('a,b (2)', 'hi'), { theirs: { stdout: block('a b', 'hi') } }),
    ],
  },
  {
    name: '9 autostep',
    lines: [nodeset('--autostep=3 -f node1 node3 node5 node6 node7', 'node[1-5/2,6-7]\n')],
  },
  {
    name: '10 negative indexes',
    lines: [nodeset('-e node[-2-2]', 'node-2 node-1 node0 node1 node2\n'), nodeset('-R -f 3 -5', '-5,3\n')],
  },
  {
    name: '11 operations by place',
    lines: [nodeset('-f node[1-10] -x node[1-3] -i node[2-6] zz', 'node[4-6],zz\n')],
  },
  {
    name: '12 an unknown option is no node (differs)',
    lines: [refused('-f node[1-3] -y', '-y', { theirs: { stdout: '-y,node[1-3]\n', code: 0 } })],
  },
  {
    name: '13 split and slice',
    lines: [
      nodeset('--split=3 -f node[1-10]', 'node[1-4]\nnode[5-7]\nnode[8-10]\n'),
      nodeset('-I 1-100/2 -e node[5-15]', 'node6 node8 node10 node12 node14\n'),
    ],
  },
  {
    name: '14 output formats',
    lines: [nodeset('-f -O %s-ipmi node[1-3]', 'node[1-3]-ipmi\n'), nodeset('-c -O <%s> node[1-3]', '<3>\n')],
  },
  {
    name: '15 standard input, its last line not ended (differs)',
    lines: [
      nodeset('-f', 'a[1-2]\n', { input: 'a1 a2', theirs: { stdout: 'a,a1\n' } }),
      nodeset('-f', 'a[1-3]\n', { input: 'a1 a2 # c\n\n a3 \n' }),
    ],
  },
  {
    name: '16 ranges in group names, groups of groups',
    lines: [
      nodeset('-f @cluster:[69,71]!@cluster:69', 'db71-[1-3]\n'),
      nodeset('-f @racks:old', 'node[1-4,9-12]\n'),
    ],
  },
  {
    name: '17 wildcards and all',
    lines: [
      nodeset('-f *!db69*', 'db70-[1-3],etcd[1-3],lb[01-02],srv[001-002,101]\n'),
      nodeset('-f @withall:*', 'x[1-5]\n'),
    ],
  },
  {
    name: '18 an unknown group is an error (differs), an unknown source too',
    lines: [
      refused('-f @patroni!@cluster:typo', 'unknown group @cluster:typo', {
        theirs: { stdout: 'db[69-70]-[1-3]\n', code: 0 },
      }),
      refused('-f @nosrc:a', 'unknown group source "nosrc"'),
    ],
  },
  {
    name: '19 upcalls of several lines, names of groups',
    lines: [nodeset('-f @up2:z', 'extra[1-2],up2-z-[1-2]\n'), nodeset('-f @@cluster', '[69-71]\n')],
  },
  {
    name: '20 regrouping, one command at a time',
    lines: [
      nodeset('-r -s racks node[1-12]', '@racks:old,@racks:rack2\n'),
      refused('-c -e a', '', { theirs: { code: 2 } }),
    ],
  },
  {
    name: '21 gathered by output and exit code (the exit status differs)',
    lines: [
      clush(
        ['-bw', 'n[1-4]', 'echo same; exit $((%n > 1))'],
        block('n[1-2] (2)', 'same') + block('n[3-4] (2)', 'same'),
        { code: 1, says: 'n[3-4] (2): exited with exit code 1', theirs: { code: 0 } },
      ),
      clush(['-qbSw', 'n[1-3]', 'exit %n'], '', { code: 2 }),
    ],
  },
  {
    name: '22 larger groups first, no count for one node or -q',
    lines: [
      clush(
        ['-bw', 'n[1-6]', 'test %n -lt 2 && echo two || echo four'],
        block('n[3-6] (4)', 'four') + block('n[1-2] (2)', 'two'),
      ),
      clush(['-bqw', 'n[1-2]', 'printf hi'], block('n[1-2]', 'hi')),
    ],
  },
  {
    name: '23 line by line',
    lines: [
      clush(
        ['-bLw', 'n[1-3]', 'echo a; echo b%h; echo c'],
        'n[1-3]: a\nn1: bn1\nn2: bn2\nn3: bn3\nn[1-3]: c\n',
      ),
      clush(['-LSw', 'n[1-3]', 'echo x; exit $((2 - %n))'], 'n3: x\nn2: x\nn1: x\n', { code: 2 }),
    ],
  },
  {
    name: '24 who differs',
    lines: [
      clush(
        ['--diff', '-w', 'n[1-4]', 'echo l1; test %n = 2 && echo X || echo l2; echo l3'],
        '--- n[1-2,4] (3)\n+++ n3\n@@ -1,3 +1,3 @@\n l1\n-l2\n+X\n l3\n',
      ),
    ],
  },
  {
    name: '25 headers as groups',
    lines: [
      clush(['-brw', '@patroni,lb01', 'echo hi'], block('@patroni,lb01 (7)', 'hi')),
      clush(['-s', 'cluster', '-w', '@patroni', 'true'], '', {
        code: 2,
        says: 'unknown group @cluster:patroni',
      }),
    ],
  },
  {
    name: '26 a time limit keeps what was printed (differs)',
    lines: [
      clush(
        ['-b', '-u', '6', '-w', 'n[1-3]', 'echo start; sleep $((%n * 60)); echo done'],
        block('n1', 'start\ndone') + block('n[2-3] (2)', 'start'),
        { code: 1, says: 'n[2-3]: command timeout', theirs: { stdout: block('n1', 'start\ndone'), code: 0 } },
      ),
    ],
  },
  {
    name: '27 no node, no parallelism (both differ)',
    lines: [
      clush(['-w', '@nogrp', 'true'], '', { code: 2, says: 'unknown group @roles:nogrp' }),
      clush(['-f', '-1', '-w', 'n[1-2]', 'echo hi'], '', { code: 2, theirs: { code: 0 } }),
    ],
  },
  {
    name: '28 the command keeps its options',
    lines: [clush(['-w', 'n1', 'echo', '-b', '-L'], 'n1: -b -L\n')],
  },
  {
    name: '29 clubak',
    lines: [
      clubak('-b', 'n1: a\nn2: a\nn3: b\n', block('n[1-2] (2)', ' a') + block('n3', ' b')),
      clubak('-L', 'n1: a\nn2: a\nn3: b\n', 'n1:  a\nn2:  a\nn3:  b\n'),
    ],
  },
  {
    name: '30 clubak, lines that are not `node: text`',
    lines: [
      clubak('-b', 'noseparator\n', '', { code: 2, says: 'noseparator', theirs: { code: 1 } }),
      clubak('-b', 'n[1: a\n', block('n[1', ' a')),
    ],
  },
];

describe.skipIf(tools.clush === undefined)('the thirty cases of the contract', () => {
  test.each(cases)('$name', async ({ lines }) => {
    for (const { tool, args, input = '', stdout, code = 0, says = '', theirs = {} } of lines) {
      const [ours, original] = await Promise.all([
        muster([words[tool], ...args], { env, input }),
        runProgram(tools[tool]!, args, { env, input }),
      ]);

      expect({ args, stdout: ours.stdout, code: ours.code }).toEqual({ args, stdout, code });
      expect(ours.stderr).toContain(says);
      expect({ args, stdout: original.stdout, code: original.code }).toEqual({
        args,
        stdout: theirs.stdout ?? stdout,
        code: theirs.code ?? code,
      });
    }
  });

  test.each([
    { option: '', stdout: 'n1: a\n' },
    { option: '-n', stdout: 'n1: a\nn1: b\n' },
  ])('28 standard input in a loop, option "$option"', async ({ option, stdout }) => {
    const program = fileURLToPath(new URL('../../bin/muster', import.meta.url));
    const loop = (command: string): string =>
      `printf 'a\\nb\\n' | while read x; do ${command} -R exec ${option} -w n1 "echo $x"; done`;
    const ours = await runProgram('/bin/sh', ['-c', loop(`'${program}' run`)], { env });
    const original = await runProgram('/bin/sh', ['-c', loop(tools.clush!)], { env });

    expect(ours.stdout).toBe(stdout);
    expect(original.stdout).toBe(stdout);
  });
});

import { describe, expect, it } from 'vitest';
import { configurationOfFile } from '../support/configuration-of-file.ts';
import { muster, runProgram } from '../support/muster.ts';
import { findTool } from '../support/require-tool.ts';
import { fleetGroups } from './fleet-groups.ts';

const nodeset = findTool('nodeset', 'clustershell');
const env = { ...configurationOfFile(fleetGroups).env, LANG: 'C.UTF-8' };

/** Command lines, words separated by blanks, that both must answer alike. */
const alike = String.raw`
-f node1 node01 node001 node2
-f node[1-10] -x node[1-3] -i node[2-6] zz
-f node[1-3] -X node[2-5]
-f node[1-3] --exclude node2 --intersection node[1-2] --xor node9
-f -x node[3-5] node[1-10]
-f -i a b
-f -X a b
-f -x a
-fa
-a -f zz -x zz
-f -a -X zz -i etcd[1-2] -x etcd1
-f -a -X etcd1 -x etcd1
-e node[8-12,001-003,01-02]
-e db69-1 db69-2 db70-1 db70-2 db70-3 db71-2
-e -S , a[1-3] b
-e -S \n a[1-3]
-e -S \t a[1-3]
-e -S \x2b a[1-3]
-e --sep=: a[1-3]
-c a[1-10] b
-c -O <%s> a[1-3]
-c -O %05d| a[1-20]
-c -O %5d a
-f -O %s-ipmi a b
-f -O x%s[1-2] a b
-f -O %s%% a1 a2
-e -O %%s.%s a[1-2]
-e -O %.2s abc[1-2]
-r -O <%s> @patroni x1
-r -s racks node[1-12]
-r -G -s racks node[1-12]
-r -a
-r x1 x2
-I 1-100/2 -e node[5-15]
-I 100 -e node[5-15]
-I 1,0 -f node[5-15]
-I 0-4 --split 2 -f a[1-10]
-I 2-5 -f a[1-3]b[1-3]
--split=3 -f node[1-10]
--split 3 -e a[1-10]
--split 3 -c a[1-10]
--split 3 -f a[1-2]b[1-4]
--split 2 -r @etcd,@patroni
--split 20 -f a[1-3]
--split 0 -f a[1-3]
--split=-2 -f a[1-3]
--contiguous -f a[1-3,5]b[1-2,4]
--contiguous -e a[1-3,5]
--contiguous -c a[1-3,5]
--contiguous -r @etcd,@patroni
--contiguous -f node[8-12,001-003,09]
--axis=1 -f dc[1-2]n[1-2]
--axis=-1 -f dc[1-2]n[1-2]
--axis=5 -f dc[1-2]n[1-2]
--axis=1-2 -f dc[1-2]n[1-2]
--autostep=3 -f node1 node3 node5 node6 node7
--autostep=auto -f a[1,3,5]
--autostep=50% -f a[1,3,5,6]
--autostep=3 --split 2 -f a[1,3,5,6,8,10,12]
--autostep=2 -ll -s racks node[1,3]
--pick 2 -c a[1-9]
--pick 0 -f a[1-3]
--pick 10 -f a[1-3]
-R -f 1-5 -x 2 -i 1-3
-R -f 3 -5
-R -e 1-3,01-03
-R -c 1-10/3
-R -f -I 0 3 1
-R --split 2 -f 1-7
-R --contiguous -f 01-03,1-3,5
-R --autostep=3 -f 1,3,5,7
-R -O <%s> -f 1-3
-l
-ll
-lll
-l -s cluster
-ll -s cluster -G
-l @patroni etcd1
-lll -s racks node[1-2,5]
-ll -x etcd1 -a
-L
-LL
-LLL -s cluster
-L -G
-LL db69-1 x1
-LLL db69-1 x1
-l zzz
--list-sources
-q --groupsources
-s cluster --list-sources
-f @cluster:[69-70] @up:z
-f @@cluster
-f *-1
-f -s cluster @69
-q -d -f a1
`;

/** Command lines that both refuse: nothing on standard output, ours with status 2. */
const refused = String.raw`
-c -e a
-l -f a
-f --list-sources
--split 2 --contiguous -f a
--axis 1 -c a[1-2]b[1-2]
--axis 1 -r a
-R --axis 1 -f 1
-R -a -f
-R -r 1-3
-R -f a
-R -f 1,,2
-I x -f a
--split x -f a
--autostep x -f a
--pick=-1 -f a[1-3]
-O %s%s -e a
-O zz -f a
-O %d -e a
--bogus -f a
--group x -l
-f -x
-f @nosrc:a
-l -s nosrc
-r -s nosrc a
-f node[1
-f a,,b
-f n[0-1000000000]
`;

const lines = (table: string): string[] => table.trim().split('\n');

describe.skipIf(nodeset === undefined)('muster nodes and nodeset', () => {
  it.each(lines(alike))('answer alike: %s', async (line) => {
    const [ours, theirs] = await Promise.all([
      muster(['nodes', ...line.split(' ')], { env }),
      runProgram(nodeset!, line.split(' '), { env }),
    ]);

    expect({ stdout: ours.stdout, code: ours.code }).toEqual({ stdout: theirs.stdout, code: 0 });
    expect(theirs.code).toBe(0);
  });

  it.each(lines(refused))('refuse: %s', async (line) => {
    const [ours, theirs] = await Promise.all([
      muster(['nodes', ...line.split(' ')], { env }),
      runProgram(nodeset!, line.split(' '), { env }),
    ]);

    expect({ stdout: ours.stdout, code: ours.code }).toEqual({ stdout: '', code: 2 });
    expect(theirs.stdout).toBe('');
    expect(theirs.code).toBeGreaterThan(0);
  });

  it.each([
    { args: ['-f'], input: 'a[1-3],b c\n#foo\nd # e f\n\tg\r\n' },
    { args: ['-f'], input: 'a#b c\n' },
    { args: ['-f'], input: ' \n\n' },
    { args: ['-c'], input: '' },
    { args: ['-e', '-'], input: 'n3 n1\n@etcd\n' },
    { args: ['-f', 'a', 'c', '-x', '-'], input: 'a b\n' },
    { args: ['-f', '-', 'c', '-x', 'b'], input: 'a b\n' },
    { args: ['-f', '-', '-'], input: 'a b\n' },
    { args: ['-f', '-a'], input: 'zz\n' },
    { args: ['-f', '-x', 'a'], input: 'a b\n' },
    { args: ['-l', '-'], input: 'etcd1\n' },
    { args: ['-R', '-f', '1', '-'], input: '5,7\n9-11/2\n' },
    { args: ['-f'], input: 'dc1n1 dc1n2\ndc2n1\ndc2n2 lb\n' },
  ])('read standard input alike: $args $input', async ({ args, input }) => {
    const [ours, theirs] = await Promise.all([
      muster(['nodes', ...args], { env, input }),
      runProgram(nodeset!, args, { env, input }),
    ]);

    expect({ stdout: ours.stdout, code: ours.code }).toEqual({ stdout: theirs.stdout, code: theirs.code });
  });
});

describe.skipIf(nodeset === undefined)('where muster nodes differs from nodeset on purpose', () => {
  it.each([
    {
      why: 'a last line need not be ended',
      args: ['-f'],
      input: 'a1 a2',
      ours: { stdout: 'a[1-2]\n', code: 0 },
      theirs: { stdout: 'a,a1\n', code: 0 },
    },
    {
      why: 'an unknown group is an error',
      args: ['-f', '@patroni!@cluster:typo'],
      ours: { stdout: '', code: 2 },
      theirs: { stdout: 'db[69-70]-[1-3]\n', code: 0 },
    },
    {
      why: 'options may follow words',
      args: ['node[1-3]', '-f', '-S', ','],
      ours: { stdout: 'node[1-3]\n', code: 0 },
      theirs: { stdout: '', code: 2 },
    },
    {
      why: 'an unknown option is not a node',
      args: ['-f', 'node[1-3]', '-y'],
      ours: { stdout: '', code: 2 },
      theirs: { stdout: '-y,node[1-3]\n', code: 0 },
    },
    {
      why: 'blanks around operators in standard input belong to the expression',
      args: ['-f'],
      input: 'a[1-3] ! a2\n',
      ours: { stdout: 'a[1,3]\n', code: 0 },
      theirs: { stdout: '', code: 1 },
    },
    {
      why: 'without a command the set is folded',
      args: ['a1', 'a2'],
      ours: { stdout: 'a[1-2]\n', code: 0 },
      theirs: { stdout: '', code: 2 },
    },
    {
      why: 'a list of nodes that turns out empty has no groups',
      args: ['-l', '-'],
      input: '\n',
      ours: { stdout: '', code: 0 },
      theirs: { stdout: '@etcd\n@haproxy\n@multi\n@patroni\n', code: 0 },
    },
  ])('$why', async ({ args, input = '', ours, theirs }) => {
    const mine = await muster(['nodes', ...args], { env, input });
    const original = await runProgram(nodeset!, args, { env, input });

    expect({ stdout: mine.stdout, code: mine.code }).toEqual(ours);
    expect({ stdout: original.stdout, code: original.code }).toEqual(theirs);
  });
});

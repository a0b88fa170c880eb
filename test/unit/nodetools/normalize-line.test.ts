import { describe, expect, it } from 'vitest';
import { createOutputNormalizer } from '../../../src/nodetools/normalize-bytes.ts';
import {
  createLineNormalizer,
  normalizeKinds,
  readIgnore,
  readNormalizeKinds,
  type NormalizeKind,
} from '../../../src/nodetools/normalize-line.ts';

function normalize(kinds: readonly NormalizeKind[], node: string, line: string): string | undefined {
  return createLineNormalizer({ kinds, ignore: [] })(node, line);
}

describe('a node’s own name', () => {
  it.each([
    ['db1', 'I am db1, not db11 or xdb1', 'I am <node>, not db11 or xdb1'],
    ['db1.example.com', 'db1.example.com DB1 db1-data', '<node> <node> <node>-data'],
    ['db1', 'db1.example.com', '<node>.example.com'],
    ['root@db1:2222', 'db1 root@db1:2222', '<node> <node>'],
    ['10.0.0.1', '10.0.0.1 10.0.0.11 10', '<node> 10.0.0.11 10'],
    ['a+b', 'a+b aab', '<node> aab'],
  ])('of %s in %s', (node, line, expected) => {
    expect(normalize(['hostname'], node, line)).toBe(expected);
  });
});

describe('dates and times', () => {
  it.each([
    ['2026-11-24', '<time>'],
    ['at 2026-11-24T05:00:01.123Z.', 'at <time>.'],
    ['2026-11-24 05:00:01.123 CET [x]', '<time> [x]'],
    ['2026-11-24 05:00:01+00', '<time>+00'],
    ['2026-11-24 05:00:01+01:00 x', '<time> x'],
    ['Nov 24 05:00:01 db1 sshd: hi', '<time> db1 sshd: hi'],
    ['Nov  4 05:00:01 x', '<time> x'],
    ['Tue Nov 24 05:00:01 UTC 2026', '<time>'],
    ['Tue Nov 24 05:00:01 AM UTC 2026', '<time>'],
    ['Tue, 24 Nov 2026 05:00:01 +0000', '<time>'],
    ['[24/Nov/2026:05:00:01 +0000] GET', '[<time>] GET'],
    [' 05:00:01 up 3 days', ' <time> up 3 days'],
    ['at 1795496401, at 1795496401123', 'at <time>, at <time>'],
    ['version 15.14, 2026 nodes, 12345', 'version 15.14, 2026 nodes, 12345'],
  ])('%s', (line, expected) => {
    expect(normalize(['timestamp'], 'n', line)).toBe(expected);
  });
});

it.each([
  [
    'pid',
    'sshd[812]: pid 9, PID=10, pid: 11, process 12 of 13',
    'sshd[<pid>]: pid <pid>, PID=<pid>, pid: <pid>, process <pid> of 13',
  ],
  [
    'number',
    'load 0.15, 1,024 kB of 0xff, -3, db1 v2.1 10ms',
    'load <n>, <n> kB of <n>, <n>, db1 v2.1 <n>ms',
  ],
] as const)('%s', (kind, line, expected) => {
  expect(normalize([kind], 'n', line)).toBe(expected);
});

it('applies all kinds, placeholders staying as they are', () => {
  const line = 'Nov 24 05:00:01 db1 sshd[812]: 3 keys';

  expect(normalize(normalizeKinds, 'db1', line)).toBe('<time> <node> sshd[<pid>]: <n> keys');
});

describe('--ignore', () => {
  it('leaves a line out that matches as a whole, and shortens others', () => {
    const normalizeLine = createLineNormalizer({
      kinds: [],
      ignore: [readIgnore('#.*'), readIgnore('id=\\w+')],
    });

    expect(['# x', 'a # x', 'id=7', '', 'b'].map((line) => normalizeLine('n', line))).toEqual([
      undefined,
      'a …',
      undefined,
      '',
      'b',
    ]);
  });

  it('says what is wrong with an expression', () => {
    expect(() => readIgnore('(')).toThrow('--ignore "(" is not a regular expression');
  });
});

it('names the kinds there are', () => {
  expect(readNormalizeKinds('hostname, pid')).toEqual(['hostname', 'pid']);
  expect(() => readNormalizeKinds('hostname,date')).toThrow('unknown kind "date"');
});

it('normalises output in chunks of any size line by line, unchanged lines byte for byte', () => {
  const normalizer = createOutputNormalizer(createLineNormalizer({ kinds: ['hostname'], ignore: [] }));
  const bytes = Buffer.concat([
    Buffer.from('I am db'),
    Buffer.from('1\n'),
    Buffer.from([0xff, 10]),
    Buffer.from('db1'),
  ]);

  const parts = [
    normalizer.feed('db1', bytes.subarray(0, 7)),
    normalizer.feed('db1', bytes.subarray(7)),
    normalizer.end('db1'),
    normalizer.end('db2'),
  ];

  expect(parts.map((part) => part.toString('latin1'))).toEqual(['', 'I am <node>\n\xff\n', '<node>', '']);
});

import { describe, expect, it } from 'vitest';
import { normalizeArgv } from '../../../src/cli/argv.ts';
import { keptByBash, readCompletionLine } from '../../../src/cli/completion-line.ts';
import { splitNodesWords } from '../../../src/cli/nodes-words.ts';
import { readGroupReference } from '../../../src/nodetools/describe-groups.ts';
import { readOutputFormat } from '../../../src/nodetools/output-format.ts';
import { readSeparator } from '../../../src/nodetools/separator.ts';

describe('-O', () => {
  it.each([
    ['%s-ipmi', 'n1', 'n1-ipmi'],
    ['%%%s%%', 'n1', '%n1%'],
    ['[%5s]', 'n1', '[   n1]'],
    ['[%-5s]', 'n1', '[n1   ]'],
    ['%.1s', 'n1', 'n'],
    ['%05d', 7, '00007'],
    ['%+d', 7, '+7'],
  ])('%s', (format, value, text) => {
    expect(readOutputFormat(format)(value)).toBe(text);
  });

  it.each(['', 'x', '%s%s', '%x', '%s %'])('refuses %j', (format) => {
    expect(() => readOutputFormat(format)).toThrow('it needs exactly one %s');
  });

  it('refuses a name as a number', () => {
    expect(() => readOutputFormat('%d')('n1')).toThrow('names are text');
  });
});

it.each([
  ['\\n', '\n'],
  ['a\\tb\\\\', 'a\tb\\'],
  ['\\x2c\\q', ',\\q'],
])('reads the separator %s', (text, separator) => {
  expect(readSeparator(text)).toBe(separator);
});

it('keeps words and operations in their order, and options apart', () => {
  expect(
    splitNodesWords([
      '--exclude=z',
      '--expand',
      'a',
      '--xor=\0-',
      '--separator=,',
      '-5',
      '--',
      '-x',
      '--json',
    ]),
  ).toEqual({
    options: ['--expand', '--separator=,'],
    before: [{ operator: '!', text: 'z' }],
    after: [
      { operator: ',', text: 'a' },
      { operator: '^', text: '-' },
      { operator: ',', text: '-5' },
      { operator: ',', text: '-x' },
      { operator: ',', text: '--json' },
    ],
  });
});

it.each([
  ['@racks:old', { source: 'racks', name: 'old' }],
  ['@etcd', { source: undefined, name: 'etcd' }],
  ['racks', { source: 'racks', name: undefined }],
  ['@racks:*', { source: 'racks', name: undefined }],
])('reads the group %s', (text, reference) => {
  expect(readGroupReference(text)).toEqual(reference);
});

describe('a line to be completed', () => {
  it.each([
    ['muster -w @a', { words: ['muster', '-w'], current: '@a', quote: undefined }],
    ["muster -w 'a b,", { words: ['muster', '-w'], current: 'a b,', quote: "'" }],
    ['muster -w a\\ b ', { words: ['muster', '-w', 'a b'], current: '', quote: undefined }],
    ['cat x | muster no', { words: ['muster'], current: 'no', quote: undefined }],
    ['true && muster "a"b', { words: ['muster'], current: 'ab', quote: undefined }],
    ['muster a&b', { words: ['muster'], current: 'a&b', quote: undefined }],
  ])('%s', (line, read) => {
    expect(readCompletionLine(line)).toEqual(read);
  });

  it.each([
    ['muster @cluster:6', '@cluster:'],
    ['muster a,@clu', 'a,'],
    ['muster --nodes=@c', '--nodes='],
    ["muster '@cluster:6", ''],
    ['muster node', ''],
  ])('keeps in bash, of %s', (line, kept) => {
    expect(keptByBash(readCompletionLine(line), ' \t\n"\'@><=;|&(:')).toBe(kept);
  });
});

it('takes -5 for a number where no option is a digit, and for an option where the rest is a remote command', () => {
  const commands = {
    nodes: { id: 'nodes', flags: {} },
    run: { id: 'run', flags: {}, stopAtFirstWord: true },
  };

  expect(normalizeArgv(['nodes', '3', '-15', '-5-7'], commands)).toEqual(['nodes', '3', '-15', '-5-7']);
  expect(normalizeArgv(['run', '-15'], commands)).toEqual(['run', '-1', '-5']);
});

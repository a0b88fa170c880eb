import { expect, test } from 'vitest';
import { normalizeArgv } from '../../../src/cli/argv.ts';
import type { CommandTable } from '../../../src/cli/command-words.ts';

const flag = (
  name: string,
  char?: string,
  type: 'boolean' | 'option' = 'boolean',
  aliases: string[] = [],
) => ({
  name,
  type,
  ...(char === undefined ? {} : { char }),
  aliases,
});

const commands: CommandTable = {
  run: {
    id: 'run',
    stopAtFirstWord: true,
    intersperseAfter: ['copy'],
    flags: {
      nodes: flag('nodes', 'w', 'option'),
      fanout: flag('fanout', 'f', 'option'),
      options: flag('options', 'o', 'option'),
      gather: flag('gather', 'b', 'boolean', ['dshbak']),
      'line-mode': flag('line-mode', 'L'),
      dest: flag('dest', undefined, 'option'),
      copy: flag('copy', 'c'),
      diff: flag('diff'),
    },
  },
  nodes: {
    id: 'nodes',
    aliases: ['nodeset'],
    flags: { fold: flag('fold', 'f'), exclude: flag('exclude', 'x', 'option') },
  },
  'runs:list': { id: 'runs:list', flags: {} },
};

test.each([
  [
    'options first mean run',
    ['-b', '-w', 'n1', 'uname', '-r'],
    ['run', '--gather', '--nodes=n1', '--', 'uname', '-r'],
  ],
  [
    'clusters and glued values are taken apart',
    ['-bLw@x', '-f1'],
    ['run', '--gather', '--line-mode', '--nodes=@x', '--fanout=1'],
  ],
  [
    'the remote command keeps its options',
    ['run', '-w', 'n1', 'ls', '-w', '-b'],
    ['run', '--nodes=n1', '--', 'ls', '-w', '-b'],
  ],
  [
    'a word that repeats stays where it is',
    ['-w', 'n1', 'echo', 'a', 'echo'],
    ['run', '--nodes=n1', '--', 'echo', 'a', 'echo'],
  ],
  [
    'long options may be shortened',
    ['-w', 'n1', '--fan=3', '--dsh', 'x'],
    ['run', '--nodes=n1', '--fanout=3', '--gather', '--', 'x'],
  ],
  [
    'a value that looks like an option is marked for oclif',
    ['-o', '-F file', '-w', 'n1'],
    ['run', '--options=\0-F file', '--nodes=n1'],
  ],
  ['-- ends the options', ['-w', 'n1', '--', '-x'], ['run', '--nodes=n1', '--', '-x']],
  [
    'after --copy options and words mix',
    ['-w', 'n1', '-c', 'f1', '--dest', '/tmp', 'f2'],
    ['run', '--nodes=n1', '--copy', '--dest=/tmp', '--', 'f1', 'f2'],
  ],
  [
    'words of other commands keep their place among the options',
    ['nodeset', '-f', 'a', '-x', 'b', 'c'],
    ['nodes', '--fold', 'a', '--exclude=b', 'c'],
  ],
  ['a command may have two words', ['runs', 'list'], ['runs:list']],
  ['a topic alone is left to oclif', ['runs'], ['runs']],
  ['-h is help', ['-h'], ['-h']],
  ['-h after a command is help', ['run', '-h'], ['run', '--help']],
  ['help COMMAND is COMMAND --help', ['help', 'run'], ['run', '--help']],
])('%s', (_name, argv, expected) => {
  expect(normalizeArgv(argv, commands)).toEqual(expected);
});

test.each([
  [
    'an en dash from a slide',
    ['\u2013bw', 'n1'],
    '\u2013bw starts with a typographic dash (U+2013), not with a hyphen',
    'Type it again with the minus key: -bw',
  ],
  [
    'an em dash in the middle',
    ['-w', 'n1', '\u2014diff'],
    '\u2014diff starts with a typographic dash (U+2014), not with a hyphen',
    'Type it again with the minus key: -diff',
  ],
  [
    'an unknown command',
    ['uname', '-r'],
    'unknown command "uname"',
    'To run it on nodes: muster -w NODES uname …   All commands: muster --help',
  ],
  [
    'an ambiguous beginning',
    ['-w', 'n1', '--d'],
    'option --d is ambiguous',
    'It could be --dshbak, --dest, --diff.',
  ],
  [
    'a value for an option that takes none',
    ['--gather=yes'],
    'option --gather takes no value',
    'See: muster run --help',
  ],
  ['a missing value', ['-w'], 'option --nodes needs a value', 'See: muster run --help'],
])('refuses %s', (_name, argv, message, hint) => {
  expect(() => normalizeArgv(argv, commands)).toThrow(
    expect.objectContaining({ message, hint, exitCode: 2 }),
  );
});

import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../src/shell/line.ts';

const notes = (line: string): unknown => {
  const parsed = parseLine(line);
  return parsed.kind === 'mistake' ? [parsed.message, parsed.hint] : parsed;
};

describe('parseLine', () => {
  it.each([
    ['', { kind: 'empty' }],
    ['  \t ', { kind: 'empty' }],
    ['?', { kind: 'show' }],
    [' ? ', { kind: 'show' }],
    ['=', { kind: 'toggle-gather' }],
    ['quit', { kind: 'quit' }],
    ['QUIT ', { kind: 'quit' }],
    [':quit', { kind: 'quit' }],
    ['!date -u', { kind: 'local', command: 'date -u' }],
    ['uname -r', { kind: 'run', command: 'uname -r' }],
    ['quit now', { kind: 'run', command: 'quit now' }],
    ['exit 3', { kind: 'run', command: 'exit 3' }],
    [': >/var/log/x', { kind: 'run', command: ': >/var/log/x' }],
    [':exec -x', { kind: 'run', command: '-x' }],
    [':exec exit', { kind: 'run', command: 'exit' }],
  ])('reads %j by its first character', (line, expected) => {
    expect(parseLine(line)).toEqual(expected);
  });

  it('sends a command as it was typed, but for blanks before it', () => {
    expect(parseLine('  echo  "a  b"\\  ')).toEqual({ kind: 'run', command: 'echo  "a  b"\\  ' });
  });

  it.each([
    ['+DB1', 'add', 'DB1'],
    ['+ @etcd,lb*', 'add', '@etcd,lb*'],
    ['-node[1-3]', 'remove', 'node[1-3]'],
    ['-@cluster:69', 'remove', '@cluster:69'],
    ['@patroni', 'replace', '@patroni'],
    ['@@patroni', 'replace', '@patroni'],
    ['@*', 'replace', '@*'],
    ['@cluster:69&@patroni', 'replace', '@cluster:69&@patroni'],
    [':w node[1-3]', 'replace', 'node[1-3]'],
  ])('reads %j as a set command and keeps its case', (line, change, expression) => {
    expect(parseLine(line)).toEqual({ kind: 'nodes', change, expression });
  });

  it.each([
    ['+', '+ needs the nodes to add', 'For example: +node4 or +@etcd'],
    ['-', '- needs the nodes to remove', 'For example: -node4 or -@etcd'],
    [':', ': needs a word', 'Type :help for the list.'],
    ['!', '! needs a command for this machine', 'For example: !date'],
    [':w', ':w needs nodes', 'For example: :w node[1-3] or :w @etcd'],
    [
      '@',
      '@ names no group',
      'For example: @patroni for a group, @* for all nodes, ":w node[1-3]" for nodes.',
    ],
    ['?x', '"?x" is not understood', 'Type ? alone to see the nodes, :help for help.'],
    ['=b', '"=b" is not understood', 'Type = alone to switch between gathered and live.'],
    [':frobnicate', ':frobnicate is not a command of this shell', 'Type :help for the list.'],
    [
      '–n1',
      '"–n1" starts with a dash from a text, not with a hyphen',
      'Type it again with the hyphen of the keyboard: -n1',
    ],
    [
      'exit',
      "'exit' was not sent: it would only end a shell on the nodes that ends anyway",
      'Type quit, or press Ctrl-D, to leave. ":exec exit" sends it all the same.',
    ],
  ])('explains %j instead of sending it to the nodes', (line, message, hint) => {
    expect(notes(line)).toEqual([message, hint]);
  });

  it.each([
    [':f 8', 'fanout', '8'],
    [':f8', 'fanout', '8'],
    [':b', 'gather', ''],
    [':user admin', 'user', 'admin'],
    [':l admin', 'user', 'admin'],
    [':u 30', 'timeout', '30'],
    [':set fanout 8', 'fanout', '8'],
    [':set :f 8', 'fanout', '8'],
  ])('reads %j as a setting', (line, name, argument) => {
    expect(parseLine(line)).toMatchObject({ kind: 'setting', spec: { name }, argument });
  });

  it.each([':help', ':drop', ':nodes', ':state', ':forget', ':reconnect', ':set'])(
    'reads %s as an action',
    (line) => {
      expect(parseLine(line)).toEqual({ kind: 'action', name: line.slice(1), argument: '' });
    },
  );
});

import { describe, expect, it } from 'vitest';
import { folderWith, groupsIn, yamlGroups } from './group-folder.ts';

describe('YAML group sources', () => {
  it('takes integer keys as group names', async () => {
    const groups = yamlGroups('cluster:\n  69: db69-[1-3]\n  0070: db70-1\n');

    expect(await groups.groupNames('cluster')).toEqual(['69', '0070']);
    expect((await groups.group('cluster', '69')).expressions).toEqual(['db69-[1-3]']);
  });

  it('takes words YAML 1.1 reads as booleans as they are written', async () => {
    const groups = yamlGroups('states: {on: n1, no: n2, y: n3}\n');

    expect(await groups.groupNames('states')).toEqual(['on', 'no', 'y']);
  });

  it('reads strings, lists, several words, nothing, anchors and merged maps', async () => {
    const groups = yamlGroups(
      [
        'a: &a {text: "n1,n2", words: n1 n2, list: [n3, "n4 n5"], none: , empty: "", same: &x n7, again: *x}',
        'b: {<<: *a, text: other}',
        'c:',
        '  block: |',
        '    n1  # the first',
        '    n2 !n3',
      ].join('\n'),
    );
    const members = async (source: string, name: string) => (await groups.group(source, name)).expressions;

    expect(await members('a', 'text')).toEqual(['n1,n2']);
    expect(await members('a', 'words')).toEqual(['n1', 'n2']);
    expect(await members('a', 'list')).toEqual(['n3', 'n4', 'n5']);
    expect(await members('a', 'none')).toEqual([]);
    expect(await members('a', 'empty')).toEqual([]);
    expect(await members('a', 'again')).toEqual(['n7']);
    expect(await members('b', 'words')).toEqual(['n1', 'n2']);
    expect(await members('b', 'text')).toEqual(['other']);
    expect(await members('c', 'block')).toEqual(['n1', 'n2!n3']);
  });

  it('says where a group is defined', async () => {
    const folder = folderWith({
      'groups.conf': '[Main]\nautodir: groups.d\n',
      'groups.d/a.yaml': 'roles:\n  web: n1\n',
      'groups.d/b.yaml': '\nroles:\n  db: n2\n  web: n3\n',
    });

    expect(await groupsIn(folder).group('roles', 'web')).toEqual({
      expressions: ['n1', 'n3'],
      source: 'roles',
      origin: `${folder}/groups.d/a.yaml:2, ${folder}/groups.d/b.yaml:4`,
    });
  });

  it('uses the group "all" for every node, else all groups together', async () => {
    const groups = yamlGroups('a: {x: n1, all: "n[1-9]"}\nb: {x: n1, y: "@a:x"}\n');

    expect((await groups.all('a')).expressions).toEqual(['n[1-9]']);
    expect((await groups.all('b')).expressions).toEqual(['n1', '@a:x']);
  });

  it.each([
    ['- a\n', 'pg.yaml:1: expected "source: {group: nodes}" at the top of the file'],
    ['\na:\nb: {x: n1}\n', 'pg.yaml:2: expected "group: nodes" lines in group source "a"'],
    ['a:\n  x: n1\n  x: n2\n', 'pg.yaml:3: "x" is given twice'],
    ['a: {x: n1}\na: {y: n2}\n', 'pg.yaml:2: "a" is given twice'],
    ['a: {[x, y]: n1}\n', 'pg.yaml:1: a key must be a plain word'],
    ['a: {x: n1}\n---\nb: {x: n1}\n', 'pg.yaml:2: '],
    ['', 'pg.yaml:1: expected "source: {group: nodes}" at the top of the file'],
    ['a:\n  x: {y: z}\n', 'pg.yaml:2: group @a:x must be a node set or a list of node sets'],
    ['a:\n  x: "n1\\x1b[2J"\n', 'group @a:x: control character in "n1\\x1b[2J"'],
  ])('refuses %j with the place of the mistake', async (yaml, message) => {
    await expect(yamlGroups(yaml).groupNames(undefined)).rejects.toThrow(message);
  });

  it('fails every question while one file is broken', async () => {
    const folder = folderWith({
      'groups.conf': '[Main]\nautodir: groups.d\n',
      'groups.d/a.yaml': 'roles:\n  web: n1\n',
      'groups.d/b.yaml': 'broken: {a: n1\n',
    });

    await expect(groupsIn(folder).group('roles', 'web')).rejects.toThrow(`${folder}/groups.d/b.yaml:`);
  });
});

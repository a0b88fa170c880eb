import { describe, expect, test } from 'vitest';
import { evaluateInOrder, evaluateNodeSet } from '../../../src/nodeset/evaluate.ts';
import { foldNodeSet } from '../../../src/nodeset/fold.ts';
import { NodeSet } from '../../../src/nodeset/node-set.ts';
import {
  UnknownGroupError,
  UnknownGroupSourceError,
  type GroupDefinition,
  type GroupResolver,
} from '../../../src/nodeset/group-resolver.ts';

const fold = async (text: string, options = {}) => foldNodeSet(await evaluateNodeSet(text, options));

describe('names and operators', () => {
  test.each([
    ['n[1-2],n[4-5]!n[2-4]^n[5-6]&n[1-9]', 'n[1,6]'],
    ['a[1-5],a[7-9]&a[4-8]', 'a[4-5,7-8]'],
    ['a[1-5]&a[4-8],a[7-9]', 'a[4-5,7-9]'],
    ['a[1-5] ! a2 , b', 'a[1,3-5],b'],
    ['a!b', 'a'],
    ['a&b', ''],
    ['a^a', ''],
    ['a1\na2', 'a[1-2]'],
    ['user@node[1-3]', 'user@node[1-3]'],
    ['NODE1,node1,Node1', 'NODE1,Node1,node1'],
  ])('%s is %s', async (text, expected) => {
    expect(await fold(text)).toBe(expected);
  });

  test('a blank belongs to the name, unless the caller says that blanks separate', async () => {
    expect((await evaluateNodeSet('a b')).size).toBe(1);
    expect((await evaluateNodeSet('a b', { blanksSeparate: true })).size).toBe(2);
  });
});

describe('brackets, ranges, padding', () => {
  test.each([
    ['node[ 1 - 3 , 5 ]', 'node[1-3,5]'],
    ['1,2,3', '[1-3]'],
    ['node[1-10/2]', 'node[1,3,5,7,9]'],
    ['node[001-010/3]', 'node[001,004,007,010]'],
    ['a1[2-3]', 'a[12-13]'],
    ['a[1-3]0', 'a[10,20,30]'],
    ['a1[2-3]4', 'a[124,134]'],
    ['a1[01-03]', 'a[101-103]'],
    ['a1[1-4/2]', 'a[11,13]'],
    ['node-1,node-2', 'node-[1-2]'],
    ['node1,node01,node001,node2,node02', 'node[1-2,01-02,001]'],
    ['node9,node10,node099,node100', 'node[9-10,099-100]'],
    ['x01y1,x1y1,x01y2,x1y2', 'x[1,01]y[1-2]'],
    ['p1n1,p2n1,p2n2,p2n3', 'p[1-2]n1,p2n[2-3]'],
    ['p[1-2]n[1-3]!p1n2', 'p2n[1-3],p1n[1,3]'],
    ['10.0.0.1,10.0.0.2,10.0.1.1,10.0.1.2', '10.0.[0-1].[1-2]'],
  ])('%s is %s', async (text, expected) => {
    expect(await fold(text)).toBe(expected);
  });

  test('expands by length, then by text', async () => {
    const set = await evaluateNodeSet('node[8-12,001-003,01-02]');
    expect([...set].join(' ')).toBe('node8 node9 node01 node02 node10 node11 node12 node001 node002 node003');
  });

  test('expands negative ranges', async () => {
    expect([...(await evaluateNodeSet('node[-2-2]'))].join(' ')).toBe('node-2 node-1 node0 node1 node2');
  });

  test('folds along chosen axes and with steps', async () => {
    const grid = await evaluateNodeSet('dc[1-2]n[1-2]');
    expect(foldNodeSet(grid, { axes: '1' })).toBe('dc[1-2]n1,dc[1-2]n2');
    expect(foldNodeSet(grid, { axes: '-1' })).toBe('dc1n[1-2],dc2n[1-2]');
    const odd = NodeSet.of(['node1', 'node3', 'node5', 'node6', 'node7']);
    expect(foldNodeSet(odd, { autostep: 3 })).toBe('node[1-5/2,6-7]');
  });

  test.each([
    ['node[1-3', 'missing closing bracket', 4],
    ['node[1][2]', 'illegal reopening bracket', 7],
    ['node1-3]', 'illegal closing bracket', 7],
    ['node[10-1]', 'bad range', 5],
    ['node[01-2]', 'padding length mismatch', 5],
    ['a[1-4/2]3', 'illegal trailing digits after range with steps', 7],
    ['a,,b', 'missing', 2],
    ['a!!b', 'missing', 2],
    [',a', 'missing', 0],
    ['a!', 'missing', 1],
    ['n[]', 'empty range', 2],
    ['n[a]', 'bad range', 2],
  ])('%s is refused and the place shown', async (text, reason, offset) => {
    await expect(evaluateNodeSet(text)).rejects.toMatchObject({
      code: 'NODE_SET_SYNTAX',
      exitCode: 2,
      offset,
    });
    await expect(evaluateNodeSet(text)).rejects.toThrow(reason);
  });

  test('a range too large is refused before it takes memory', async () => {
    await expect(evaluateNodeSet('n[0-1000000000]')).rejects.toThrow('too large');
  });
});

const sources: Record<string, Record<string, string>> = {
  roles: { patroni: '@cluster:69,@cluster:70', etcd: 'etcd[1-3]', loop: '@pool', pool: 'x1,@loop', none: '' },
  cluster: { '69': 'db69-[1-3]', '70': 'db70-[1-3]', '71': 'db71-[3,1-2]' },
};

const resolver: GroupResolver = {
  async group(source = 'roles', name): Promise<GroupDefinition> {
    const groups = sources[source];
    if (groups === undefined) throw new UnknownGroupSourceError(`unknown group source ${source}`);
    const text = groups[name];
    if (text === undefined) throw new UnknownGroupError(`unknown group @${source}:${name}`);
    return { expressions: text === '' ? [] : [text], source, origin: `${source}.yaml` };
  },
  async all(source = 'roles') {
    const names = Object.keys(sources[source] ?? {}).filter(
      (name) => !['loop', 'pool', 'none'].includes(name),
    );
    return { expressions: names.map((name) => `@${source}:${name}`), source, origin: source };
  },
  groupNames: async (source = 'roles') => Object.keys(sources[source] ?? {}),
};

describe('groups and wildcards', () => {
  test.each([
    ['@patroni', 'db[69-70]-[1-3]'],
    ['@patroni&@cluster:69', 'db69-[1-3]'],
    ['@cluster:[69,71]!@cluster:69', 'db71-[1-3]'],
    ['@patroni !db69-1', 'db70-[1-3],db69-[2-3]'],
    ['@*', 'db[69-70]-[1-3],etcd[1-3]'],
    ['@@cluster', '[69-71]'],
    ['*!db69*', 'db70-[1-3],etcd[1-3]'],
    ['db*-[1-2]', 'db[69-70]-[1-2]'],
  ])('%s is %s', async (text, expected) => {
    expect(await fold(text, { resolver })).toBe(expected);
  });

  test.each([
    ['@patroni!@cluster:typo', 'UNKNOWN_GROUP'],
    ['@nosuch', 'UNKNOWN_GROUP'],
    ['@none', 'EMPTY_OPERAND'],
    ['zz*', 'EMPTY_OPERAND'],
  ])('%s is an error, never silently less', async (text, _code) => {
    await expect(evaluateNodeSet(text, { resolver })).rejects.toMatchObject({ exitCode: 2 });
  });

  test('scripts that mean it may allow empty operands', async () => {
    expect(await fold('@patroni!@cluster:typo', { resolver, allowEmpty: true })).toBe('db[69-70]-[1-3]');
  });

  test('a cycle is named', async () => {
    await expect(evaluateNodeSet('@loop', { resolver })).rejects.toThrow(
      '@roles:pool → @roles:loop → @roles:pool',
    );
  });

  test.each(['@$(touch x)', '@a;b', '@`id`', '@-x'])('%s never reaches a group source', async (text) => {
    const asked: string[] = [];
    const watching: GroupResolver = {
      ...resolver,
      group: async (_source, name) => {
        asked.push(name);
        throw new UnknownGroupError(name);
      },
    };
    await expect(evaluateNodeSet(text, { resolver: watching })).rejects.toMatchObject({ exitCode: 2 });
    expect(asked).toEqual([]);
  });
});

describe('the order of execution is the order written', () => {
  test.each([
    ['n3,n1,n2', 'n3 n1 n2'],
    ['n[3,1-2],n1', 'n3 n1 n2'],
    ['@cluster:71,@cluster:69', 'db71-3 db71-1 db71-2 db69-1 db69-2 db69-3'],
    ['n[5,4,3],n2', 'n5 n4 n3 n2'],
    ['n[4,2,3]&n[1-3]', 'n2 n3'],
    ['n[4,2,3]!n2', 'n4 n3'],
    ['n[2,1]^n[3,2]', 'n1 n3'],
  ])('%s runs as %s', async (text, expected) => {
    expect((await evaluateInOrder(text, { resolver })).join(' ')).toBe(expected);
  });
});

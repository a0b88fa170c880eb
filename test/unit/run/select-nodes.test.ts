import { expect, test } from 'vitest';
import { selectNodes, type NodeSelection } from '../../../src/run/select-nodes.ts';

const nothing: NodeSelection = {
  nodes: [],
  exclude: [],
  groups: [],
  excludeGroups: [],
  all: false,
  fromFiles: [],
  pick: 0,
};

const groups: Record<string, string[]> = {
  '@*': ['z', 'a', 'b'],
  '@g': ['b', 'c'],
  '@g,@h': ['b', 'c', 'd'],
};
const read = async (expression: string) => groups[expression] ?? expression.split(',');
const select = (selection: Partial<NodeSelection>, random?: () => number) =>
  selectNodes({ ...nothing, ...selection }, read, random);

test('keeps the order written and each node once', async () => {
  expect(await select({ nodes: ['n3,n1', 'n2,n3'] })).toEqual(['n3', 'n1', 'n2']);
});

test('excludes after adding, whatever the order of the options', async () => {
  expect(await select({ nodes: ['a,b,c'], exclude: ['a'], excludeGroups: ['g'], groups: ['g,h'] })).toEqual([
    'd',
  ]);
});

test('adds all nodes and files', async () => {
  expect(await select({ all: true, fromFiles: ['q,a'] })).toEqual(['q', 'a', 'z', 'b']);
});

test('picks nodes at random, in their old order', async () => {
  expect(await select({ nodes: ['a,b,c,d'], pick: 2 }, () => 0.99)).toEqual(['c', 'd']);
  expect(await select({ nodes: ['a,b,c,d'], pick: 9 })).toEqual(['a', 'b', 'c', 'd']);
});

test('refuses to run without nodes', async () => {
  await expect(select({})).rejects.toMatchObject({ message: 'no nodes given', exitCode: 2 });
});

test('refuses to run when nothing is left', async () => {
  await expect(select({ nodes: ['a,b'], exclude: ['b,a'] })).rejects.toMatchObject({
    message: 'no node to run on',
    hint: 'Nothing is left of a,b after the exclusions.',
    exitCode: 2,
  });
});

import { describe, expect, it } from 'vitest';
import { listGroups, sortedGroupNames } from '../../../src/groups/list-groups.ts';
import { regroup } from '../../../src/groups/regroup.ts';
import { evaluateNodeSet } from '../../../src/nodeset/evaluate.ts';
import { folderWith, groupsIn, yamlGroups } from './group-folder.ts';
import { readFileSync } from 'node:fs';

const racks = `racks: {rack1: 'node[1-4]', rack2: 'node[5-8]', rack3: 'node[9-12]', old: '@rack[1,3]'}
cluster: {69: 'db69-[1-3]', 70: 'db70-[1-3]', 71: 'db71-[1-3]'}
overlap: {big: 'n[1-6]', mid: 'n[5-9]', small: 'n[8-9]', same: 'n[1-6]', none: '', wrong: 'n1,@nope'}
`;

describe('regroup', () => {
  const groups = () => yamlGroups(racks);

  async function asGroups(nodes: string, source?: string, hidePrefix?: boolean): Promise<string> {
    return regroup(await evaluateNodeSet(nodes), groups(), {
      ...(source !== undefined && { source }),
      ...(hidePrefix !== undefined && { hidePrefix }),
    });
  }

  it('takes whole groups, the largest first, and folds their names', async () => {
    expect(await asGroups('node[1-12]')).toBe('@old,@rack2');
    expect(await asGroups('node[1-12]', 'racks')).toBe('@racks:old,@racks:rack2');
  });

  it('appends the nodes that are in no whole group', async () => {
    expect(await asGroups('db69-[1-3],db70-[1-3],x1', 'cluster')).toBe('@cluster:[69-70],x1');
    expect(await asGroups('db69-[1-3],db70-[1-2]', 'cluster', true)).toBe('@69,db70-[1-2]');
    expect(await asGroups('x[1-2]', 'cluster')).toBe('x[1-2]');
  });

  it('takes no node twice, the first name among equals, no empty and no broken group', async () => {
    expect(await asGroups('n[1-9]', 'overlap')).toBe('@overlap:big,@overlap:small,n7');
    expect(await asGroups('n1', 'overlap')).toBe('n1');
  });

  it('of nothing is nothing', async () => {
    expect(await regroup([], groups())).toBe('');
  });

  it('asks the reverse upcall only when there are fewer nodes than groups', async () => {
    const folder = folderWith({
      'groups.conf': `[a]
map: echo map $GROUP >> asked; echo n[1-2]$GROUP
list: echo a b c
reverse: echo reverse $NODE >> asked; echo $NODE | sed s/n.//
`,
    });
    const few = await regroup(['n1b', 'n2b'], groupsIn(folder));
    expect(few).toBe('@b');
    expect(readFileSync(`${folder}/asked`, 'utf8')).toBe('reverse n1b\nreverse n2b\nmap b\n');

    const many = await regroup(['n1a', 'n2a', 'n1b', 'n3b'], groupsIn(folder));
    expect(many).toBe('@a,n[1,3]b');
    expect(readFileSync(`${folder}/asked`, 'utf8').split('\n').slice(3, -1)).toEqual([
      'map a',
      'map b',
      'map c',
    ]);
  });
});

describe('listing groups', () => {
  const groups = () => yamlGroups(racks);
  const shown = async (source: string, among?: string) => {
    const options = among === undefined ? { source } : { source, among: await evaluateNodeSet(among) };
    return (await listGroups(groups(), options)).map(
      ({ name, nodes, size }) => `${name} ${String(nodes)} ${size}`,
    );
  };

  it('shows names, members and sizes in the order of nodeset', async () => {
    expect(await sortedGroupNames(groups(), 'cluster')).toEqual(['69', '70', '71']);
    expect(await shown('racks')).toEqual([
      'old node[1-4,9-12] 8',
      'rack1 node[1-4] 4',
      'rack2 node[5-8] 4',
      'rack3 node[9-12] 4',
    ]);
  });

  it('shows the groups some nodes are in', async () => {
    expect(await shown('racks', 'node[1-2,5]')).toEqual([
      'old node[1-2] 8',
      'rack1 node[1-2] 4',
      'rack2 node5 4',
    ]);
    expect(await shown('racks', 'x1')).toEqual([]);
  });

  it('shows empty groups, and broken ones with the members they have', async () => {
    expect(await shown('overlap')).toEqual([
      'big n[1-6] 6',
      'mid n[5-9] 5',
      'none  0',
      'same n[1-6] 6',
      'small n[8-9] 2',
      'wrong n1 1',
    ]);
  });
});

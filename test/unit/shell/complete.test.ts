import { describe, expect, it } from 'vitest';
import { completeLine, completionNeed } from '../../../src/shell/complete.ts';

const names = {
  sources: () => Promise.resolve(['roles', 'cluster', 'racks']),
  groups: (source?: string) =>
    Promise.resolve(
      source === 'cluster' ? ['69', '70'] : source === undefined ? ['patroni', 'etcd', 'rest'] : [],
    ),
  nodes: () => Promise.resolve(['node1', 'node2', 'DB1', 'lb01']),
};

describe('completeLine', () => {
  it.each([
    ['@pa', ['patroni'], 'pa'],
    ['@@pa', ['patroni'], 'pa'],
    ['@r', ['racks:', 'rest', 'roles:'], 'r'],
    ['+@cluster:6', ['69'], '6'],
    ['+@cluster:', ['69', '70'], ''],
    ['-@etcd,@cluster:7', ['70'], '7'],
    ['-node[1-3],no', ['node1', 'node2'], 'no'],
    ['+node1&@pa', ['patroni'], 'pa'],
    ['@patroni!D', ['DB1'], 'D'],
    [':w lb', ['lb01'], 'lb'],
    ['  +lb', ['lb01'], 'lb'],
    [':fa', ['fanout'], 'fa'],
    [':re', ['reconnect', 'regroup', 'retry'], 're'],
    [':set us', ['user'], 'us'],
    ['+@nosource:x', [], 'x'],
  ])('completes %j', async (line, candidates, replaced) => {
    expect(await completeLine(line, names)).toEqual([candidates, replaced]);
  });

  it.each(['uname -', 'grep @pa', '!ls ', '+node[1-', '', '?', ':f 8'])(
    'has nothing to say at the end of %j',
    async (line) => {
      expect(completionNeed(line)).toBeUndefined();
      expect(await completeLine(line, names)).toEqual([[], line]);
    },
  );

  it('fills in what very many names have in common instead of listing them', async () => {
    const many = Array.from({ length: 500 }, (_, index) => `node${index}`);
    const lookup = { ...names, nodes: () => Promise.resolve(many) };

    expect(await completeLine('+n', lookup)).toEqual([['node'], 'n']);
    expect(await completeLine('+node', lookup)).toEqual([[], 'node']);
  });
});

import { expect, it } from 'vitest';
import { readDefaults } from '../../../src/config/defaults-conf.ts';
import { folderWith } from '../groups/group-folder.ts';

function defaults(text: string) {
  const folder = folderWith({ 'defaults.conf': text });
  return { folder, ...readDefaults({ env: { CLUSTERSHELL_CFGDIR: folder }, home: folder }) };
}

it('reads folding axes, counted from 0, as --axis counts them', () => {
  expect(defaults('[nodeset]\nfold_axis: 0, 2\n').foldAxes).toBe('1,3');
  expect(defaults('[nodeset]\nfold_axis: -1\n').foldAxes).toBe('-1');
  expect(defaults('[nodeset]\nfold_axis:\n').foldAxes).toBeUndefined();
});

it('reads the values clush.conf may leave open and warns of unknown keys', () => {
  const { folder, ...read } = defaults(
    '[task.info]\nfanout: 5\ncommand_timeout: .5\nspeed: 9\n[task.default]\nstderr: no\n',
  );

  expect(read).toEqual({
    fanout: 5,
    commandTimeoutMs: 500,
    warnings: [`${folder}/defaults.conf:4: unknown key "speed" in [task.info]`],
  });
});

it('refuses axes that are no numbers', () => {
  expect(() => defaults('[nodeset]\nfold_axis: 1-2\n')).toThrow(
    'defaults.conf:2: fold_axis must be numbers like "0,1", not "1-2"',
  );
});

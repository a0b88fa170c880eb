import { expect, it } from 'vitest';
import { configFolders } from '../../../src/config/search-path.ts';

it('looks in the folders of ClusterShell, then in its own', () => {
  expect(configFolders({ env: {}, home: '/home/u' })).toEqual([
    '/etc/clustershell',
    '/home/u/.local/etc/clustershell',
    '/usr/etc/clustershell',
    '/home/u/.config/clustershell',
    '/home/u/.config/muster',
  ]);
});

it('honours XDG_CONFIG_HOME, an active virtual environment and CLUSTERSHELL_CFGDIR above all', () => {
  const env = { XDG_CONFIG_HOME: '/x', VIRTUAL_ENV: '/v', CLUSTERSHELL_CFGDIR: '/etc/clustershell' };

  expect(configFolders({ env, home: '/home/u' })).toEqual([
    '/home/u/.local/etc/clustershell',
    '/usr/etc/clustershell',
    '/v/etc/clustershell',
    '/x/clustershell',
    '/x/muster',
    '/etc/clustershell',
  ]);
});

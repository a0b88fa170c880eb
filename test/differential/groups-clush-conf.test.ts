import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ClushConfOptions, readClushConf } from '../../src/config/clush-conf.ts';
import { builtInSettings } from '../../src/config/clush-settings.ts';
import { readDefaults } from '../../src/config/defaults-conf.ts';
import { findTool } from '../support/require-tool.ts';
import { folderWith } from '../unit/groups/group-folder.ts';

const clush = findTool('clush', 'clustershell');

const modes = '[mode:fan]\nfanout: 7\n[Main]\ncommand_timeout: 9\n';
const cases: [
  what: string,
  files: Record<string, string>,
  argv: string[],
  options: Partial<ClushConfOptions>,
][] = [
  ['no file of ours', {}, [], {}],
  [
    'three folders',
    {
      '.local/etc/clustershell/clush.conf': '[Main]\nfanout: 11\nconnect_timeout: 3\n',
      '.config/clustershell/clush.conf': '[Main]\nFanout = 12\ncommand_timeout: 1.5\n',
      'cfgdir/clush.conf': '[Main]\nfanout: 13\n',
    },
    [],
    {},
  ],
  [
    '-O above all',
    { 'cfgdir/clush.conf': '[Main]\nfanout: 13\n' },
    ['-O', 'fanout=15'],
    { overrides: ['fanout=15'] },
  ],
  [
    'a run mode in confdir, which may set [Main] too',
    { 'cfgdir/clush.conf': '[Main]\nfanout: 13\nconfdir: $CFGDIR/modes\n', 'cfgdir/modes/fan.conf': modes },
    ['-m', 'fan'],
    { mode: 'fan' },
  ],
  [
    'the same without the mode',
    { 'cfgdir/clush.conf': '[Main]\nfanout: 13\nconfdir: $CFGDIR/modes\n', 'cfgdir/modes/fan.conf': modes },
    [],
    {},
  ],
  [
    'interpolation',
    { 'cfgdir/clush.conf': '[Main]\nfanout: %(command_timeout)s\ncommand_timeout: 5\n' },
    [],
    {},
  ],
  [
    'defaults.conf below clush.conf',
    { 'cfgdir/defaults.conf': '[task.info]\nfanout: 5\nconnect_timeout: 7\n' },
    [],
    {},
  ],
];

describe.skipIf(clush === undefined)('clush.conf against the real clush', () => {
  it.each(cases)('sets the same: %s', async (_what, files, argv, options) => {
    const home = folderWith(files);
    const env = {
      HOME: home,
      XDG_CONFIG_HOME: `${home}/.config`,
      CLUSTERSHELL_CFGDIR: `${home}/cfgdir`,
      PATH: process.env['PATH'] ?? '',
    };

    expect(ours(env, home, options)).toBe(
      await theirs([...argv, '-d', '-n', '-R', 'exec', '-w', 'n1', 'true'], env),
    );
  });

  it.each(['', '[Main]\n'])('sets the same with --conf %j, which hides every other file', async (text) => {
    const home = folderWith({
      'alone.conf': text,
      'cfgdir/defaults.conf': '[task.info]\nfanout: 5\nconnect_timeout: 7\n',
    });
    const env = { HOME: home, CLUSTERSHELL_CFGDIR: `${home}/cfgdir`, PATH: process.env['PATH'] ?? '' };
    const conf = `${home}/alone.conf`;

    const argv = ['--conf', conf, '-d', '-n', '-R', 'exec', '-w', 'n1', 'true'];
    expect(ours(env, home, { conf })).toBe(await theirs(argv, env));
  });
});

function ours(env: Record<string, string>, home: string, options: Partial<ClushConfOptions>): string {
  const all = {
    ...builtInSettings,
    ...readDefaults({ env, home }),
    ...readClushConf({ env, home, ...options }).settings,
  };
  return `fanout=${all.fanout} conn=${all.connectTimeoutMs / 1000} cmd=${all.commandTimeoutMs / 1000}`;
}

/** What clush -d says it goes by. */
async function theirs(argv: string[], env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(clush!, argv, { env });
  const found = /fanout=(\d+) \[timeout conn=([\d.]+) cmd=([\d.]+)\]/.exec(stdout)!;
  return `fanout=${found[1]} conn=${Number(found[2])} cmd=${Number(found[3])}`;
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createGroupResolver } from '../../src/groups/group-resolver.ts';
import { evaluateNodeSet } from '../../src/nodeset/evaluate.ts';
import { findTool } from '../support/require-tool.ts';
import { folderWith } from '../unit/groups/group-folder.ts';

const nodeset = findTool('nodeset', 'clustershell');

const where =
  '[a]\nmap: pwd; echo $CFGDIR @b:$GROUP\nall: echo low\n[b]\nmap: echo $SOURCE.$GROUP\nlist: echo one two\n';
const dropIns = '[Main]\ndefault: a\nconfdir: $CFGDIR/groups.conf.d\nautodir: $CFGDIR/groups.d\n';

/** Files below a home folder, and what to ask; `cfgdir` is $CLUSTERSHELL_CFGDIR. */
const cases: [what: string, files: Record<string, string>, questions: string[]][] = [
  [
    'one folder',
    { '.config/clustershell/groups.conf': dropIns + where },
    ['@x', '@a:*', '@b:*', '@@b', '@b:[1-2]'],
  ],
  [
    'three folders with the same keys',
    {
      '.local/etc/clustershell/groups.conf': dropIns + where,
      '.config/clustershell/groups.conf': '[Main]\ndefault: b\n[b]\nlist: echo three\n',
      'cfgdir/groups.conf': '[b]\nmap: pwd; echo high.$GROUP\n',
    },
    ['@x', '@a:x', '@b:*', '@a:*', '@@b'],
  ],
  [
    'drop-in folders, sorted, sources in the order of loading',
    {
      'cfgdir/groups.conf': `${dropIns}[last]\nmap: echo n9\n`,
      'cfgdir/groups.conf.d/2.conf': '[two]\nmap: pwd; echo $CFGDIR\n',
      'cfgdir/groups.conf.d/1.conf': '[a,one]\nmap: pwd; echo $SOURCE\n[Main]\ndefault: two\n',
      'cfgdir/groups.conf.d/3.conf.off': 'broken',
      'cfgdir/groups.d/z.yaml': 'yz: {g: n1}\n',
      'cfgdir/groups.d/y.yaml': 'yy: {g: n2, h: "@g,@yz:g"}\nyx: {g: n3}\n',
    },
    ['@x', '@one:x', '@two:x', '@yy:h', '@yx:*', '@last:x'],
  ],
  [
    'quoted folders and the old name of confdir',
    {
      'cfgdir/groups.conf':
        '[Main]\ndefault: a\ngroupsdir: "$CFGDIR/my conf" /nowhere\nautodir: \'${CFGDIR}/my groups\'\n',
      'cfgdir/my conf/a.conf': '[a]\nmap: echo n1\n',
      'cfgdir/my groups/b.yaml': 'b: {g: n2}\n',
    },
    ['@x', '@b:g'],
  ],
  [
    'no default',
    {
      'cfgdir/groups.conf': '[Main]\ndefault:\nconfdir:\nautodir: $CFGDIR/groups.d\n[m]\nmap: echo n1\n',
      'cfgdir/groups.d/s.yaml': 's: {x: n2}\nt: {x: n3}\n',
    },
    ['@x', '@m:x', '@t:x'],
  ],
];

describe.skipIf(nodeset === undefined)('the search for groups against the real nodeset', () => {
  it.each(cases)('finds the same: %s', async (_what, files, questions) => {
    const home = folderWith(files);
    const env = {
      HOME: home,
      XDG_CONFIG_HOME: `${home}/.config`,
      CLUSTERSHELL_CFGDIR: `${home}/cfgdir`,
      PATH: process.env['PATH'] ?? '',
    };
    const resolver = createGroupResolver({ env, home });

    const sources = await resolver.sources();
    const ours = [
      sources.map(({ name, isDefault }) => (isDefault ? `${name} (default)\n` : `${name}\n`)).join(''),
    ];
    const theirs = [await asked(['--list-sources'], home, env)];
    for (const question of questions) {
      ours.push(`${String(await evaluateNodeSet(question, { resolver }))}\n`);
      theirs.push(await asked(['-f', question], home, env));
    }
    expect(ours).toEqual(theirs);
  });

  async function asked(argv: string[], cwd: string, env: Record<string, string>): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(nodeset!, argv, { cwd, env }).catch(
      (failure: { stdout: string; stderr: string }) => failure,
    );
    return stderr + stdout;
  }
});

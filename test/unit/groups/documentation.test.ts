import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readClushConf } from '../../../src/config/clush-conf.ts';
import { createGroupResolver } from '../../../src/groups/group-resolver.ts';
import { evaluateNodeSet } from '../../../src/nodeset/evaluate.ts';
import { folderWith } from './group-folder.ts';

/** The text of the n-th code block of that language in a page of docs/. */
function example(page: string, language: string, index = 0): string {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(
    (found) => found[1]!,
  );
  return blocks[index]!;
}

it('the files of groups.md work as it says', async () => {
  const home = folderWith({
    'cfgdir/groups.conf': example('groups.md', 'ini'),
    'cfgdir/groups.d/pg.yaml': example('groups.md', 'yaml'),
    '.config/muster/groups.yaml': example('groups.md', 'yaml', 1),
  });
  const resolver = createGroupResolver({ env: { CLUSTERSHELL_CFGDIR: `${home}/cfgdir` }, home });

  expect(String(await evaluateNodeSet('@patroni!@cluster:70', { resolver }))).toBe('db69-[1-3]');
  expect(String(await evaluateNodeSet('@cluster:*', { resolver }))).toBe('db[69-70]-[1-3]');
  expect((await resolver.group('roles', 'maintenance')).expressions).toEqual([]);
  await expect(resolver.group('cluster', '96')).rejects.toMatchObject({
    message: 'unknown group @cluster:96',
    hint: 'Did you mean @cluster:69? Run `muster groups` to see all of them.',
  });
  const kinds = (await resolver.sources()).map(({ name, kind }) => `${name} ${kind}`);
  expect(kinds).toEqual(
    expect.arrayContaining([
      'roles yaml',
      'slurm upcall',
      'inv ansible',
      'cmdb http',
      'site postgresql',
      'leader patroni',
      'replica patroni',
      'sync patroni',
    ]),
  );
  expect(resolver.warnings()).toEqual([]);
});

it('the files of configuration.md work as it says', () => {
  const home = folderWith({
    'cfgdir/clush.conf': example('configuration.md', 'ini'),
    'cfgdir/clush.conf.d/sudo.conf': example('configuration.md', 'ini', 1),
  });
  const { settings, warnings } = readClushConf({
    env: { CLUSTERSHELL_CFGDIR: `${home}/cfgdir` },
    home,
    mode: 'sudo',
  });

  expect(settings).toMatchObject({
    fanout: 64,
    sshOptions: ['-oControlPath=/tmp/%h'],
    commandPrefix: `/usr/bin/sudo -S -p "''"`,
    confirmAbove: 50,
  });
  expect(warnings).toEqual([]);
});

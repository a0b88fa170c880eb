import { describe, expect, it } from 'vitest';
import { UnknownGroupError, UnknownGroupSourceError } from '../../../src/nodeset/group-resolver.ts';
import { createGroupResolver } from '../../../src/groups/group-resolver.ts';
import { folderWith, groupsIn, groupsOf, yamlGroups } from './group-folder.ts';

const pg = `
roles: {patroni: '@cluster:69,@cluster:70', etcd: 'etcd[1-3]'}
cluster: {69: 'db69-[1-3]', 70: 'db70-[1-3]', 71: 'db71-[1-3]'}
`;

describe('the group resolver', () => {
  it('lists the sources, the default first', async () => {
    const folder = folderWith({
      'groups.conf': '[Main]\ndefault: roles\nautodir: groups.d\nconfdir: conf\n[last]\nmap: echo n1\n',
      'groups.d/pg.yaml': pg,
      'conf/b.conf': '[b1,b2]\nmap: echo n1\n',
    });
    const of = (file: string) => [`${folder}/${file}`];

    expect(await groupsIn(folder).sources()).toEqual([
      { name: 'roles', kind: 'yaml', origins: of('groups.d/pg.yaml'), isDefault: true },
      { name: 'b1', kind: 'upcall', origins: of('conf/b.conf'), isDefault: false },
      { name: 'b2', kind: 'upcall', origins: of('conf/b.conf'), isDefault: false },
      { name: 'cluster', kind: 'yaml', origins: of('groups.d/pg.yaml'), isDefault: false },
      { name: 'last', kind: 'upcall', origins: of('groups.conf'), isDefault: false },
    ]);
    expect(await groupsIn(folder, { defaultSource: 'b2' }).sources()).toMatchObject([
      { name: 'b2', isDefault: true },
      {},
      {},
      {},
      {},
    ]);
  });

  it('takes the first source when none is called the default', async () => {
    expect(await yamlGroups(pg).defaultSource()).toBe('roles');
  });

  it('takes the source of -s for names without one', async () => {
    const groups = yamlGroups(pg, { defaultSource: 'cluster' });

    expect((await groups.group(undefined, '70')).expressions).toEqual(['db70-[1-3]']);
    expect((await groups.all(undefined)).source).toBe('cluster');
  });

  it('points at the same group of another source', async () => {
    const error = await yamlGroups(pg)
      .group(undefined, '69')
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(UnknownGroupError);
    expect(error).toMatchObject({
      message: 'unknown group @roles:69',
      hint: 'Did you mean @cluster:69? Run `muster groups` to see all of them.',
      code: 'UNKNOWN_GROUP',
      exitCode: 2,
    });
  });

  it('points at groups with similar names', async () => {
    await expect(yamlGroups(pg).group('roles', 'patrini')).rejects.toMatchObject({
      hint: 'Did you mean @roles:patroni? Run `muster groups` to see all of them.',
    });
    await expect(yamlGroups(pg).group('roles', 'web')).rejects.toMatchObject({
      hint: 'Run `muster groups` to see all of them.',
    });
  });

  it('names the sources there are when one is unknown', async () => {
    const error = await yamlGroups(pg)
      .groupNames('clusters')
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(UnknownGroupSourceError);
    expect(error).toMatchObject({
      message: 'unknown group source "clusters"',
      hint: 'Sources: roles, cluster.',
    });
  });

  it('says where it looked when nothing is configured', async () => {
    const home = folderWith({});
    const folder = `${home}/none`;
    const groups = groupsOf('[Main]\n');

    await expect(groups.group(undefined, 'x')).rejects.toThrow('no group source is configured');
    await expect(groups.group('a', 'x')).rejects.toThrow('unknown group source "a"');
    const error = await createGroupResolver({ env: { CLUSTERSHELL_CFGDIR: folder }, home })
      .group('nowhere', 'x')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnknownGroupSourceError);
  });

  it('warns of keys that mean nothing', async () => {
    const folder = folderWith({ 'groups.conf': '[a]\nmap: echo n1\nlst: echo g\n' });

    const groups = groupsIn(folder);

    await groups.groupNames('a').catch(() => undefined);
    expect(groups.warnings()).toEqual([`${folder}/groups.conf:3: unknown key "lst" in [a]`]);
  });

  it('reads nothing before the first question', async () => {
    const groups = createGroupResolver({ env: {}, home: '/', groupsConf: '/nowhere/groups.conf' });

    await expect(groups.sources()).rejects.toThrow('/nowhere/groups.conf: no such file');
  });

  it.each([
    ['[Main]\ndefault: nope\n[a]\nmap: echo n1\n', ':2: the default group source "nope" does not exist'],
    ['[a]\nall: echo n1\n', ':2: group source "a" has no "map" upcall'],
    ['[a]\nmap: echo n1\ncache_time: x\n', ':3: cache_time must be a number of seconds, not "x"'],
    ['[a,b]\nmap: x\n[b]\nmap: y\n', ':4: group source "b" is defined twice in this file'],
    ['[Main]\nautodir: groups.conf\n', 'groups.conf is not a folder'],
    ['[Main]\nconfdir: "open\n', ':2: a quote is never closed in ""open"'],
  ])('refuses %j on any question', async (conf, message) => {
    await expect(groupsOf(conf).group('a', 'x')).rejects.toThrow(message);
  });

  it('refuses a source that is both upcalls and YAML', async () => {
    const folder = folderWith({
      'groups.conf': '[Main]\nautodir: groups.d\n[roles]\nmap: echo n1\n',
      'groups.d/pg.yaml': pg,
    });

    await expect(groupsIn(folder).sources()).rejects.toThrow(
      `${folder}/groups.conf:4: group source "roles" is also defined in ${folder}/groups.d/pg.yaml`,
    );
  });
});

describe('the search for groups.conf', () => {
  const base = {
    'cfgdir/groups.conf': '[Main]\ndefault: a\nconfdir: "$CFGDIR/my conf"\nautodir: $CFGDIR/yaml missing\n',
  };

  function searched(files: Record<string, string>) {
    const home = folderWith(files);
    const env = { PATH: process.env['PATH'], CLUSTERSHELL_CFGDIR: `${home}/cfgdir` };
    return { home, groups: createGroupResolver({ env, home }) };
  }

  it('merges the files key by key and runs their upcalls in the highest folder', async () => {
    const { home, groups } = searched({
      '.config/clustershell/groups.conf': '[a]\nmap: pwd; echo $CFGDIR low\nall: echo low\n',
      'cfgdir/groups.conf': '[Main]\ndefault: a\nconfdir:\nautodir:\n[a]\nall: echo high\n',
    });

    expect((await groups.all('a')).expressions).toEqual(['high']);
    expect((await groups.group('a', 'x')).expressions).toEqual([`${home}/cfgdir`, `${home}/cfgdir`, 'low']);
  });

  it('reads the drop-in folders, sorted, and runs their upcalls where they are', async () => {
    const { home, groups } = searched({
      ...base,
      'cfgdir/my conf/2.conf': '[z]\nmap: echo n2\n',
      'cfgdir/my conf/1.conf': '[a]\nmap: pwd | tr " " _; echo $CFGDIR\n',
      'cfgdir/my conf/1.conf.example': 'broken',
      'cfgdir/yaml/b.yaml': 'y: {g: n1}\n',
    });

    const names = (await groups.sources()).map(({ name }) => name);
    expect(names.filter((name) => name !== 'local')).toEqual(['a', 'z', 'y']);
    expect((await groups.group('a', 'x')).expressions).toEqual([
      `${home}/cfgdir/my_conf`,
      `${home}/cfgdir/my`,
      'conf',
    ]);
  });

  it('finds drop-in folders of a user who has no groups.conf', async () => {
    const { groups } = searched({
      '.config/clustershell/groups.conf': '[Main]\nconfdir:\nautodir: $CFGDIR/groups.d\n',
      'cfgdir/groups.d/mine.yaml': 'mine: {g: n1}\n',
    });

    expect((await groups.group('mine', 'g')).expressions).toEqual(['n1']);
  });

  it('reads muster’s own folder with its own $CFGDIR', async () => {
    const { home, groups } = searched({
      ...base,
      '.config/muster/groups.conf': '[own]\nmap: echo $CFGDIR; pwd\n',
      '.config/muster/groups.d/own.yaml': 'a: {g: n1}\n',
    });
    const own = `${home}/.config/muster`;

    expect((await groups.group('own', 'x')).expressions).toEqual([own, own]);
    expect((await groups.group(undefined, 'g')).expressions).toEqual(['n1']);
  });
});

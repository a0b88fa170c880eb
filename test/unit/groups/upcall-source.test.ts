import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { UnknownGroupError } from '../../../src/nodeset/group-resolver.ts';
import { folderWith, groupsIn, groupsOf } from './group-folder.ts';

describe('upcalls', () => {
  it('substitute the names and leave other variables to the shell', async () => {
    const groups = groupsOf(
      '[a,b]\nmap: X=own; echo $SOURCE-${GROUP}-$X $$X $GROUPS_NOT $1n\nall: pwd; echo $CFGDIR "$SOURCE"\nlist: echo g\n',
    );

    expect((await groups.group('b', 'g1')).expressions).toEqual(['b-g1-own', 'own', 'n']);
    const folder = (await groups.sources())[0]!.origins[0]!.replace('/groups.conf', '');
    expect((await groups.all('b')).expressions).toEqual([folder, folder, 'b']);
  });

  it('have the names in their environment too', async () => {
    const groups = groupsOf('[a]\nmap: env | grep -E "^(GROUP|SOURCE|CFGDIR)=" | cut -d= -f1 | sort\n');

    expect((await groups.group('a', 'g')).expressions).toEqual(['CFGDIR', 'GROUP', 'SOURCE']);
  });

  it('may print sets, groups, blanks, line ends and comments', async () => {
    const groups = groupsOf('[a]\nmap: printf "n[1-2],n4 !n1\\n\\n# note\\n@other  x1 # more\\n"\n');

    expect((await groups.group('a', 'g')).expressions).toEqual(['n[1-2],n4!n1', '@other', 'x1']);
  });

  it('get no input', async () => {
    expect((await groupsOf('[a]\nmap: cat; echo n1\n').group('a', 'g')).expressions).toEqual(['n1']);
  });

  it('are asked once for the same question', async () => {
    const folder = folderWith({ 'groups.conf': '[a]\nmap: echo $GROUP >> asked; echo n1\n' });
    const groups = groupsIn(folder);

    await Promise.all([groups.group('a', 'x'), groups.group('a', 'x'), groups.group('a', 'y')]);
    await groups.group('a', 'x');

    expect(readFileSync(`${folder}/asked`, 'utf8').split('\n').toSorted()).toEqual(['', 'x', 'y']);
  });

  it('are asked again when cache_time has passed', async () => {
    const folder = folderWith({ 'groups.conf': '[a]\nmap: echo x >> asked; echo n1\ncache_time: 30\n' });
    const groups = groupsIn(folder);
    const now = vi.spyOn(Date, 'now');

    now.mockReturnValue(1_000_000);
    await groups.group('a', 'x');
    now.mockReturnValue(1_029_999);
    await groups.group('a', 'x');
    expect(readFileSync(`${folder}/asked`, 'utf8')).toBe('x\n');

    now.mockReturnValue(1_030_001);
    await groups.group('a', 'x');
    expect(readFileSync(`${folder}/asked`, 'utf8')).toBe('x\nx\n');
    now.mockRestore();
  });

  it('that are silent mean an unknown group, unless the source lists it', async () => {
    const groups = groupsOf('[a]\nmap: case $GROUP in full) echo n1;; esac\nlist: echo full empty\n');

    expect((await groups.group('a', 'empty')).expressions).toEqual([]);
    const error = await groups.group('a', 'fill').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnknownGroupError);
    expect(error).toMatchObject({
      message: 'unknown group @a:fill',
      hint: 'Did you mean @a:full? Run `muster groups` to see all of them.',
    });
  });

  it('without "all" are asked group by group', async () => {
    const groups = groupsOf('[a]\nmap: echo n$GROUP\nlist: echo 1 2 3\n');

    expect((await groups.all('a')).expressions).toEqual(['n1', 'n2', 'n3']);
  });

  it('without "all" and "list" cannot tell every node', async () => {
    await expect(groupsOf('[a]\nmap: echo n1\n').all('a')).rejects.toThrow(
      'group source "a" cannot list its groups',
    );
  });

  it('may answer all groups at once with mapall', async () => {
    const folder = folderWith({
      'groups.conf':
        '[a]\nmapall: echo x >> asked; printf "web: n1 n2\\ndb: n[3-4],n5\\nweb: n9\\nnone:\\n"\n',
    });
    const groups = groupsIn(folder);

    expect(await groups.groupNames('a')).toEqual(['web', 'db', 'none']);
    expect((await groups.group('a', 'web')).expressions).toEqual(['n1', 'n2', 'n9']);
    expect((await groups.group('a', 'none')).expressions).toEqual([]);
    await expect(groups.group('a', 'nope')).rejects.toThrow('unknown group @a:nope');
    expect(readFileSync(`${folder}/asked`, 'utf8')).toBe('x\n');
  });

  it('tell the groups of a node', async () => {
    const groups = groupsOf('[a]\nmap: echo n1\nreverse: echo g-$NODE h\n[b]\nmap: echo n1\n');

    expect(await groups.reverse('a', 'n1')).toEqual(['g-n1', 'h']);
    expect(await groups.reverse('b', 'n1')).toBeUndefined();
    expect(await groups.reverse('a', '$(id)')).toBeUndefined();
  });
});

describe('upcalls that go wrong', () => {
  it('say source, group, exit code and what they complained about', async () => {
    const groups = groupsOf(
      '[a]\nmap: echo n1; echo "no such table \u001b[31m" >&2; echo more >&2; exit 3\n',
    );

    await expect(groups.group('a', 'g')).rejects.toThrow(
      expect.objectContaining({
        message:
          'upcall "map" of group source "a", group "g" failed with exit code 3: no such table \\x1b[31m',
        code: 'UPCALL',
        exitCode: 2,
      }),
    );
  });

  it('name the program that is missing', async () => {
    await expect(groupsOf('[a]\nmap: no-such-program-here\n').group('a', 'g')).rejects.toThrow(
      /group "g" failed with exit code 127: .*no-such-program-here: not found$/,
    );
  });

  it('are told from failures when a signal ends them', async () => {
    await expect(groupsOf('[a]\nmap: kill -KILL $$$$\n').group('a', 'g')).rejects.toThrow(
      'group "g" was killed by SIGKILL',
    );
  });

  it('are killed with all their children at the time limit', async () => {
    const folder = folderWith({
      'groups.conf': '[a]\nmap: (sleep 60; echo late > canary) & echo $! > child; sleep 60\n',
    });
    const started = performance.now();

    await expect(groupsIn(folder, { timeLimit: 300 }).group('a', 'g')).rejects.toThrow(
      'upcall "map" of group source "a", group "g" took longer than 0.3 s and was killed',
    );
    expect(performance.now() - started).toBeLessThan(5000);
    const child = Number(readFileSync(`${folder}/child`, 'utf8'));
    await vi.waitFor(() => expect(isRunning(child)).toBe(false));
  });

  it('have the time limit their section gives them', async () => {
    await expect(groupsOf('[a]\nmap: sleep 60\ntime_limit: 0.2\n').group('a', 'g')).rejects.toThrow(
      'group "g" took longer than 0.2 s and was killed',
    );
  });

  it('are killed when the user interrupts', async () => {
    const folder = folderWith({ 'groups.conf': '[a]\nmap: sleep 60 & echo $! > child; wait\n' });
    const interrupt = new AbortController();
    const asked = groupsIn(folder, { signal: interrupt.signal }).group('a', 'g');
    const child = await vi.waitFor(() => Number(readFileSync(`${folder}/child`, 'utf8').match(/\d+/)![0]));

    interrupt.abort();

    await expect(asked).rejects.toThrow('group "g" was interrupted');
    await vi.waitFor(() => expect(isRunning(child)).toBe(false));
  });

  it('are killed when they write more than the limit', async () => {
    await expect(groupsOf('[a]\nmap: yes node1 | head -c 50000000\n').group('a', 'g')).rejects.toThrow(
      'group "g" wrote more than 16 MB and was killed',
    );
  });

  it('do not wait for a child that keeps the output open', async () => {
    const folder = folderWith({ 'groups.conf': '[a]\nmap: sleep 60 & echo $! > child; echo n1\n' });
    const started = performance.now();

    expect((await groupsIn(folder).group('a', 'g')).expressions).toEqual(['n1']);
    expect(performance.now() - started).toBeLessThan(5000);
    const child = Number(readFileSync(`${folder}/child`, 'utf8'));
    expect(isRunning(child)).toBe(true);
    process.kill(child, 'SIGKILL');
  });

  it.each(['n1\\000n2', 'n1\\033[2Jn2', 'n1\\177', '\\302\\233n1'])(
    'may not print the control character in %j',
    async (text) => {
      await expect(groupsOf(`[a]\nmap: printf '${text}'\n`).group('a', 'g')).rejects.toThrow(
        /^group @a:g: control character in "[ -~]+" \(upcall map, .*groups\.conf:2\)$/,
      );
    },
  );

  it('are tried again after a failure', async () => {
    const folder = folderWith({ 'groups.conf': '[a]\nmap: test -e ready && echo n1\n' });
    const groups = groupsIn(folder);

    await expect(groups.group('a', 'g')).rejects.toThrow('failed with exit code 1');
    await import('node:fs/promises').then((fs) => fs.writeFile(`${folder}/ready`, ''));
    expect((await groups.group('a', 'g')).expressions).toEqual(['n1']);
  });
});

describe('hostile group names', () => {
  it.each([
    '$(touch canary)',
    '`touch canary`',
    'a;touch canary',
    'a|touch canary',
    "a';touch canary;'",
    'a\ntouch canary',
    'a&touch canary',
    '-e',
    'a>canary',
    'a b',
    '',
  ])('never reach a shell: %j', async (name) => {
    const folder = folderWith({ 'groups.conf': '[a]\nmap: echo $GROUP \'$GROUP\' "$GROUP"\n' });

    await expect(groupsIn(folder).group('a', name)).rejects.toThrow('cannot be the name of a group');
    expect(existsSync(`${folder}/canary`)).toBe(false);
  });

  it('from a list upcall never reach one either', async () => {
    const folder = folderWith({
      'groups.conf': "[a]\nmap: echo $GROUP\nlist: echo 'ok;touch${IFS}canary' '$(touch${IFS}canary)'\n",
    });

    const groups = groupsIn(folder);

    await expect(groups.all('a')).rejects.toThrow(
      'all nodes of group source "a": it lists "ok;touch${IFS}canary", which cannot be looked up',
    );
    expect(await groups.groupNames('a')).toEqual([]);
    expect(groups.warnings()).toEqual([
      'group source "a": "ok;touch${IFS}canary" cannot be the name of a group',
      'group source "a": "$(touch${IFS}canary)" cannot be the name of a group',
    ]);
    expect(existsSync(`${folder}/canary`)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../../support/muster.ts';

/** Names that would be options, commands, paths or escape sequences if anything took them at their word. */
describe('hostile names', () => {
  let folder: string;
  let canary: string;
  let env: Readonly<Record<string, string>>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'names-'));
    canary = join(folder, 'canary');
    mkdirSync(join(folder, 'groups.d'));
    writeFileSync(
      join(folder, 'groups.conf'),
      `[Main]\ndefault: bad\nautodir: ${folder}/groups.d\n[bad]\nmap: cat '${folder}/map.txt'\nlist: echo one\n`,
    );
    writeFileSync(
      join(folder, 'ssh_config'),
      `Host *\n  ProxyCommand touch ${canary}.%n\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n`,
    );
    env = {
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, 'none'),
      XDG_STATE_HOME: join(folder, 'state'),
      CLUSTERSHELL_CFGDIR: folder,
      MUSTER_SSH_CONFIG: join(folder, 'ssh_config'),
      NO_COLOR: '1',
    };
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const names = (): string[] => [
    `a;touch ${canary}`,
    `$(touch ${canary})`,
    `\`touch ${canary}\``,
    `a|touch ${canary}`,
    `a\ttouch`,
    '../../etc/passwd',
    '%h',
    'user@-oProxyCommand=x',
    'x'.repeat(300),
    'h\u00f6st',
    '\u001b]0;title\u0007',
    "a'b",
    'a"b',
    'a>b',
    '~root',
  ];

  /** What is wrong with how a name was refused: nothing may be run, made, or sent to the terminal. */
  async function complaints(args: readonly string[]): Promise<readonly string[]> {
    const { stdout, stderr, code } = await muster(args, { env });
    return [
      ...(code === 0 ? ['status 0'] : []),
      ...(stdout === '' ? [] : [`printed ${JSON.stringify(stdout)}`]),
      ...(/[\u0000-\u0008\u000b-\u001f\u007f]/.test(stderr) ? ['control characters'] : []),
      ...(/node:internal|at file/.test(stderr) ? [stderr] : []),
      ...(existsSync(canary) ? ['the canary is there'] : []),
    ].map((text) => `${args.join(' ')}: ${text}`);
  }

  async function complaintsAbout(
    given: readonly string[],
    argsOf: (name: string) => readonly string[],
  ): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of given) found.push(...(await complaints(argsOf(name))));
    return found;
  }

  it('on the command line reach no shell and no terminal', async () => {
    const given = [...names(), `-oProxyCommand=touch ${canary}`];

    expect(await complaintsAbout(given, (name) => ['-w', name, 'true'])).toEqual([]);
  });

  it('in a host file', async () => {
    const found = await complaintsAbout(names(), (name) => {
      writeFileSync(join(folder, 'hosts'), `${name}\n`);
      return ['--hostfile', join(folder, 'hosts'), 'true'];
    });

    expect(found).toEqual([]);
  });

  it('from an upcall', async () => {
    const found = await complaintsAbout(names(), (name) => {
      writeFileSync(join(folder, 'map.txt'), `${name}\n`);
      return ['-w', '@one', 'true'];
    });

    expect(found).toEqual([]);
  });

  it('from a YAML group', async () => {
    const found = await complaintsAbout(names(), (name) => {
      writeFileSync(join(folder, 'groups.d', 'evil.yaml'), `evil:\n  one: ${JSON.stringify([name])}\n`);
      return ['-w', '@evil:one', 'true'];
    });

    expect(found).toEqual([]);
  });

  it('as names of groups', async () => {
    expect(await complaintsAbout(names(), (name) => ['-w', `@${name}`, 'true'])).toEqual([]);
    expect(await complaintsAbout(names(), (name) => ['-g', name, 'true'])).toEqual([]);
  });

  it('as nodes and destinations of copies', async () => {
    writeFileSync(join(folder, 'file'), 'x');
    const found = await complaintsAbout(names(), (name) => [
      'copy',
      '-w',
      name,
      join(folder, 'file'),
      `--dest=$(touch ${canary})`,
    ]);

    expect(found).toEqual([]);
  });
});

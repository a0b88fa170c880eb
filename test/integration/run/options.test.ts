import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { muster, type ProgramResult } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const sshd = findTool('sshd', 'openssh-server');
const dashes = '-'.repeat(15);

describe.skipIf(sshd === undefined)('options of run, on a real sshd', () => {
  let server: TestSshd;
  let folder: string;
  const run = (...args: string[]): Promise<ProgramResult> => muster(['-n', ...args], { env: server.env });
  const configure = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const plan = async (...args: string[]): Promise<{ fanout: number; plan: { login: string }[] }> =>
    JSON.parse((await run('--dry-run', '--json', ...args, 'true')).stdout);

  beforeAll(async () => {
    server = await startSshd({ nodes: 4 });
    folder = server.env['CLUSTERSHELL_CFGDIR']!;
    mkdirSync(folder, { recursive: true });
  });
  afterAll(() => server.stop());

  test('--normalize and --ignore fold outputs that differ only in what does not matter', async () => {
    const command =
      'set -- $SSH_CONNECTION; echo "up on n${3##*.} since 10:0${3##*.}"; echo "load ${3##*.}"; echo same';
    const result = await run(
      '-bw',
      'n[1-3]',
      '--normalize',
      'hostname,timestamp',
      '--ignore',
      'load .*',
      command,
    );

    expect(result).toMatchObject({
      stdout: `${dashes}\nn[1-3] (3)\n${dashes}\nup on <node> since <time>\nsame\n`,
      stderr: '',
      code: 0,
    });
  });

  test('they hold for -bL, -B and --diff as well', async () => {
    const command = 'set -- $SSH_CONNECTION; echo "a ${3##*.}"; echo "e ${3##*.}" >&2';
    const lines = await run('-bLw', 'n[1-2]', '--normalize=number', command);
    const merged = await run('-Bw', 'n[1-2]', '--normalize=number', 'echo 1; sleep 0.1; echo 2 >&2');
    const differences = await run('--diff', '-w', 'n[1-2]', '--normalize=number', command);

    expect(lines.stdout).toBe('n[1-2]: a <n>\n');
    expect(merged.stdout).toBe(`${dashes}\nn[1-2] (2)\n${dashes}\n<n>\n<n>\n`);
    expect(differences.stdout).toBe('');
  });

  test('a kind nobody knows is an error', async () => {
    const { stderr, code } = await run('-bw', 'n1', '--normalize', 'colour', 'true');

    expect(stderr).toContain('colour');
    expect(code).toBe(2);
  });

  test('the command line is stronger than clush.conf, which is stronger than defaults.conf', async () => {
    configure('defaults.conf', '[task.info]\nfanout: 7\ncommand_timeout: 1\n');
    configure('clush.conf', '');
    // Not Debian's file, which says everything.
    const own = ['--conf', join(folder, 'clush.conf'), '-w', 'n1'];
    const last = (await plan(...own)).fanout;
    const timed = await run(...own, 'sleep 60');
    configure('clush.conf', '[Main]\nfanout: 5\ncommand_timeout: 0\nssh_user: configured\n');
    const middle = await plan(...own);
    const option = await plan('-O', 'fanout=4', '-o', '-oUser=option', ...own);
    const first = await plan('-O', 'fanout=4', '-f', '3', '-l', 'letter', '-o', '-oUser=option', ...own);
    configure('defaults.conf', '');
    configure('clush.conf', '');

    expect([last, middle.fanout, option.fanout, first.fanout]).toEqual([7, 5, 4, 3]);
    expect(timed).toMatchObject({ stderr: 'muster: n1: command timeout\n', code: 1 });
    expect([middle, option, first].map(({ plan: [node] }) => node!.login.split('@')[0])).toEqual([
      'configured',
      'option',
      'letter',
    ]);
  });

  test('--axis, and defaults.conf fold_axis, choose what headers fold', async () => {
    const exec = ['-R', 'exec', '-bw', 'a[1-2]b[1-2]', 'echo hi'];
    configure('defaults.conf', '[nodeset]\nfold_axis: 0\n');
    const configured = await run(...exec);
    configure('defaults.conf', '');
    const chosen = await run('--axis=2', ...exec);

    expect(configured.stdout.split('\n')[1]).toBe('a[1-2]b1,a[1-2]b2 (4)');
    expect(chosen.stdout.split('\n')[1]).toBe('a1b[1-2],a2b[1-2] (4)');
  });

  test('-d says how each node is reached', async () => {
    expect((await run('-d', '-w', 'n1', 'true')).stderr).toBe(
      `muster: n1: root@${server.address('n1')}:${server.port}, keys: ${server.identityPath}\n`,
    );
  });

  test('--hostfile takes comments, several files, and standard input', async () => {
    configure('hosts', '# managed\nn1 n2 # first\n\nn[3-4]\n');
    configure('more', 'n9\n');
    const file = join(folder, 'hosts');
    const result = await run(
      '--hostfile',
      file,
      '--machinefile',
      join(folder, 'more'),
      '-x',
      'n9',
      '-f1',
      'echo hi',
    );
    const absent = await run('--hostfile', `${file}x`, 'true');

    expect(result.stdout).toBe('n1: hi\nn2: hi\nn3: hi\nn4: hi\n');
    expect(absent).toMatchObject({ stderr: `muster: --hostfile ${file}x: no such file\n`, code: 2 });
  });

  test('options of clush’s engine are read and mean nothing; their mistakes are mistakes', async () => {
    const good = await run('--grooming=0.5', '-E', 'epoll', '-O', 'fd_max=100', '-w', 'n1', 'echo hi');
    const bad = await run('--grooming=x', '-w', 'n1', 'echo hi');
    const none = await run('-O', 'fan=1', '-w', 'n1', 'echo hi');

    expect(good).toMatchObject({ stdout: 'n1: hi\n', stderr: '', code: 0 });
    expect([bad.code, none.code]).toEqual([2, 2]);
    expect(none.stderr).toContain('-O: there is no setting "fan"');
  });
});

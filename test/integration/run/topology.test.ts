import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { muster, type ProgramResult } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const sshd = findTool('sshd', 'openssh-server');
const here = hostname().split('.')[0]!;

describe.skipIf(sshd === undefined)('topology.conf, on a real sshd', () => {
  let server: TestSshd;
  const topology = (name: string, ...routes: string[]): string => {
    const path = join(server.folder, name);
    writeFileSync(path, ['[routes]', ...routes, ''].join('\n'));
    return path;
  };
  const run = (...args: string[]): Promise<ProgramResult> => muster(['-n', ...args], { env: server.env });
  const via = async (file: string, nodes: string, ...more: string[]): Promise<string> => {
    const { stdout } = await run('--topology', file, '-w', nodes, '--dry-run', '--json', ...more, 'true');
    const { plan } = JSON.parse(stdout) as { plan: { node: string; via: string[] }[] };
    return plan.map(({ node, via: way }) => [...way, node].join('>')).join(' ');
  };

  beforeAll(async () => {
    server = await startSshd({ nodes: 9 });
  });
  afterAll(() => server.stop());

  test('nodes are spread over their gateways, through as many stages as there are', async () => {
    const file = topology('two', `${here}: n[1-2]`, 'n[1-2]: n[3-6]', 'n3: n[7-8]');

    expect(await via(file, 'n[1-9]')).toBe('n1 n2 n1>n3 n2>n4 n1>n5 n2>n6 n1>n3>n7 n1>n3>n8 n9');
    expect(await via(file, 'n3', '-l', 'bob')).toBe('bob@n1>n3');
    expect(await via(file, 'n3', '-o', '-oProxyJump=n9')).toBe('n9>n3');
  });

  test('commands run on the nodes, over one connection a gateway', async () => {
    const file = topology('run', `${here}: n1`, 'n1: n[3-6]');
    // All is one machine: a node sees who is connected to the gateway.
    const connections = `ss -Htn state established 'dst ${server.address('n1')}:${server.port}' | wc -l`;
    const result = await run('--topology', file, '-bw', 'n[3-6]', connections);

    expect(result).toMatchObject({
      stdout: `${'-'.repeat(15)}\nn[3-6] (4)\n${'-'.repeat(15)}\n1\n`,
      stderr: '',
      code: 0,
    });
  });

  test('a gateway that fails is gone around', async () => {
    const file = topology('dead', `${here}: n[1-2]`, 'n[1-2]: n[3-6]');
    const config = join(server.folder, 'dead_config');
    writeFileSync(config, `Host n2\n  Port 1\n${readFileSync(server.sshConfigPath, 'utf8')}`);
    const around = await run('--ssh-config', config, '--topology', file, '-bw', 'n[3-6]', 'echo hi');
    const only = await run(
      '--ssh-config',
      config,
      '--topology',
      topology('only', `${here}: n2`, 'n2: n[3-4]'),
      '-bw',
      'n[3-4]',
      'echo hi',
    );

    expect(around).toMatchObject({ stderr: '', code: 0 });
    expect(around.stdout).toContain('n[3-6] (4)');
    expect(only.stdout).toBe('');
    expect(only.stderr).toContain(
      `muster: n[3-4] (2): jump host n2: connection refused (${server.address('n2')}:1)\n`,
    );
  });

  test('--remote=no runs on the gateways, %h the node; a node without one is an error', async () => {
    const file = topology('gateways', `${here}: n[1-2]`, 'n[1-2]: n[3-6]');
    const result = await run(
      '--topology',
      file,
      '--remote=no',
      '-w',
      'n[3-4]',
      '-f1',
      'set -- $SSH_CONNECTION; echo %h on ${3##*.} rank %rank',
    );
    const direct = await run('--topology', file, '--remote=no', '-w', 'n[1-3]', 'echo %h');

    expect(result).toMatchObject({ stdout: 'n3: n3 on 1 rank 0\nn4: n4 on 2 rank 1\n', stderr: '', code: 0 });
    expect(direct).toMatchObject({
      stdout: '',
      stderr:
        'muster: --remote=no: the topology has no gateway for n1\nWith -R exec commands run on this machine.\n',
      code: 2,
    });
  });

  test('without a topology --remote=no is the exec worker, as in clush', async () => {
    expect(await run('--remote=no', '-w', 'n[3-4]', '-f1', 'echo %h ${SSH_CONNECTION:-here}')).toMatchObject({
      stdout: 'n3: n3 here\nn4: n4 here\n',
      code: 0,
    });
  });

  test.each<[name: string, routes: string[], stderr: string]>([
    [
      'no route from here',
      ['other: n1', 'n1: n2'],
      `FILE: no route begins at this machine (${here})\nRoutes begin at: other, n1. A route from here is "${here}: GATEWAYS".\n`,
    ],
    ['a circle', [`${here}: n9`, 'n1: n2', 'n2: n1'], 'FILE:3: the routes go in a circle: n2 -> n1 -> n2\n'],
    [
      'no way from here to a gateway',
      [`${here}: n9`, 'n1: n2'],
      `FILE:3: no route leads from this machine (${here}) to n2\nAdd a route from ${here} to n1.\n`,
    ],
    ['an unknown group', [`${here}: @nothing`], 'FILE:2: unknown group'],
    ['a broken line', ['what'], 'FILE:2: expected "key: value", found "what"\n'],
  ])('%s: told with file and line, nobody contacted', async (name, routes, stderr) => {
    const file = topology(name.replaceAll(' ', '_'), ...routes);
    const result = await run('--topology', file, '-w', 'n2', 'true');
    const told = Buffer.from(result.stderr, 'latin1').toString().replaceAll('→', '->');

    expect(told).toContain(`muster: ${stderr.replace('FILE', file)}`);
    expect(result.code).toBe(2);
  });

  test('a file found on the search path may be about other machines', async () => {
    const folder = server.env['CLUSTERSHELL_CFGDIR']!;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'topology.conf'), '[routes]\nother: n1\nn1: n2\n');
    const result = await run('-w', 'n2', 'echo hi');
    rmSync(join(folder, 'topology.conf'));

    expect(result).toMatchObject({ stdout: 'n2: hi\n', stderr: '', code: 0 });
  });
});

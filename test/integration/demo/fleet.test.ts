import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import ssh2 from 'ssh2';
import type { ClientChannel } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startDemoFleet } from '../../../src/demo/fleet.ts';
import type { DemoFleet } from '../../../src/demo/fleet.ts';
import { findTool } from '../../support/require-tool.ts';

const ssh = findTool('ssh', 'openssh-client');
const clush = findTool('clush', 'clustershell');
const run = promisify(execFile);

let fleet: DemoFleet;
beforeAll(async () => {
  fleet = await startDemoFleet();
});
afterAll(() => fleet.stop());

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | string;
}

async function tool(path: string, args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, CLUSTERSHELL_CFGDIR: fleet.configFolder, LC_ALL: 'C.UTF-8' };
  try {
    const { stdout, stderr } = await run(path, args, { env, maxBuffer: 64 * 1024 * 1024 });
    return { stdout, stderr, code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as Ran;
    return { stdout, stderr, code };
  }
}

const sshTo = (node: string, ...command: string[]) =>
  tool(ssh!, ['-F', fleet.sshConfigPath, node, ...command]);

describe('the files of the fleet', () => {
  it('are for their owner only', () => {
    expect(statSync(fleet.folder).mode & 0o777).toBe(0o700);
    for (const name of ['ssh_config', 'known_hosts', 'id_ed25519']) {
      expect(statSync(join(fleet.folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('name every node', () => {
    expect(fleet.nodes).toEqual(['node1', 'node2', 'node3', 'node4', 'node5', 'node6', 'lb1', 'lb2']);
    const ports = readFileSync(fleet.sshConfigPath, 'utf8').match(/(?<=Port )\d+/g)!;
    expect(new Set(ports).size).toBe(8);
  });

  it('are removed when the fleet stops, and nothing listens any more', async () => {
    const other = await startDemoFleet();
    const port = Number(/Port (\d+)/.exec(readFileSync(other.sshConfigPath, 'utf8'))![1]);
    const silent = connect(port, '127.0.0.1');
    silent.on('error', () => {});
    await once(silent, 'connect');
    await other.stop();
    await other.stop();
    expect(existsSync(other.folder)).toBe(false);
    const refused = connect(port, '127.0.0.1');
    expect(await once(refused, 'error').then(([error]) => (error as NodeJS.ErrnoException).code)).toBe(
      'ECONNREFUSED',
    );
  });
});

describe.skipIf(ssh === undefined)('the real ssh', () => {
  it('logs in without a question and gets output and status', async () => {
    expect(await sshTo('node1', "psql -c 'show server_version;'")).toEqual({
      stdout: ' server_version \n----------------\n 9.6.11\n(1 row)\n\n',
      stderr: '',
      code: 0,
    });
    expect(await sshTo('node2', 'failing')).toEqual({
      stdout: 'checking the data folder\n',
      stderr: 'failing: the data folder is not empty\n',
      code: 3,
    });
    expect(await sshTo('node1', 'foo')).toEqual({ stdout: '', stderr: 'sh: 1: foo: not found\n', code: 127 });
  });

  it('logs in as postgres and root, and as nobody else', async () => {
    expect((await sshTo('postgres@node1', 'whoami; pwd')).stdout).toBe('postgres\n/var/lib/postgresql\n');
    expect((await sshTo('root@lb1', 'whoami')).stdout).toBe('root\n');
    expect(await sshTo('mallory@node1', 'whoami')).toMatchObject({ stdout: '', code: 255 });
  });

  it('is refused with another key', async () => {
    const key = join(fleet.folder, 'other');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const options = ['-F', fleet.sshConfigPath, '-o', `IdentityFile=${key}`, '-o', 'IdentitiesOnly=yes'];
    const ran = await tool(ssh!, [
      '-F',
      '/dev/null',
      ...options.slice(2),
      ...(await target('node1')),
      'whoami',
    ]);
    expect(ran).toMatchObject({ stdout: '', code: 255 });
    expect(ran.stderr).toContain('Permission denied (publickey)');
  });

  it('passes standard input on', async () => {
    const child = spawn(ssh!, ['-F', fleet.sshConfigPath, 'node1', 'cat; sh -s a'], { stdio: 'pipe' });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const bytes = Buffer.alloc(3_000_000, 'abcdefg\n');
    child.stdin.end(bytes);
    await once(child, 'close');
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it('gets every byte of much output on both streams, more than the window holds', async () => {
    const ran = await sshTo('node1', 'chatter 60000; chatter 60000 >&2; chatter 1000; chatter 60000 >&2');
    expect(ran.code).toBe(0);
    expect(ran.stdout.length).toBe(61_000 * 69);
    expect(ran.stderr.length).toBe(120_000 * 69);
    expect(ran.stderr.slice(0, 60_000 * 69)).toBe(ran.stdout.slice(0, 60_000 * 69));
  });

  it('leaves a detached command running when the connection ends', async () => {
    const ran = await sshTo(
      'node3',
      '(while [ ! -e go ]; do sleep 0.01; done; echo ran > result) >/dev/null 2>&1 & echo started',
    );
    expect(ran).toEqual({ stdout: 'started\n', stderr: '', code: 0 });
    expect((await sshTo('node3', 'touch go; until cat result 2>/dev/null; do sleep 0.01; done')).stdout).toBe(
      'ran\n',
    );
  });

  it('uses a login shell line by line', async () => {
    const child = spawn(ssh!, ['-F', fleet.sshConfigPath, '-T', 'node1'], { stdio: 'pipe' });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stdin.end('cd /tmp\npwd\nx=1\nfor i in 1 2\ndo echo $i\ndone\n"no\nsuch"\nexit 4\necho never\n');
    const [code] = await once(child, 'close');
    expect({ stdout, code }).toEqual({ stdout: '/tmp\n1\n2\n', code: 4 });
  });
});

describe.skipIf(ssh === undefined)('a login on a terminal', () => {
  it('shows a prompt and what is typed; Ctrl-C ends the command, not the login', async () => {
    const child = spawn(ssh!, ['-F', fleet.sshConfigPath, '-tt', 'node1'], { stdio: 'pipe' });
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const shows = (text: string) => expect.poll(() => seen, { timeout: 10_000 }).toContain(text);
    await shows('demo@node1:/home/demo$ ');
    child.stdin.write('cd /tmp\recho x\u007Fyz\r');
    await shows('\r\nyz\r\ndemo@node1:/tmp$ ');
    child.stdin.write('echo begin; sleep 600\r');
    await shows('\r\nbegin\r\n');
    seen = '';
    child.stdin.write('\u0003');
    await shows('demo@node1:/tmp$ ');
    child.stdin.write('echo $?\r');
    await shows('\r\n130\r\ndemo@node1:/tmp$ ');
    child.stdin.write('cat\r');
    await shows('cat\r\n');
    child.stdin.write('\u0003');
    await shows('cat\r\ndemo@node1:/tmp$ ');
    child.stdin.write('abandoned');
    await shows('$ abandoned');
    child.stdin.write('\u0003');
    await shows('$ abandoned^C\r\ndemo@node1:/tmp$ ');
    child.stdin.write('exit 4\r');
    const [code] = await once(child, 'close');
    expect(code).toBe(4);
    expect(seen).not.toContain('not found');
  });
});

/** Address, port and user of a node as options, for a client that does not read the fleet's ssh_config. */
async function target(node: string): Promise<string[]> {
  const { stdout } = await tool(ssh!, ['-F', fleet.sshConfigPath, '-G', node]);
  const port = /^port (.*)$/m.exec(stdout)![1]!;
  return [
    '-p',
    port,
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    'demo@127.0.0.1',
  ];
}

describe('an ssh2 client', () => {
  async function execute(node: string, command: string, pty = false) {
    const port = Number(
      new RegExp(`Host ${node}\n  Port (\\d+)`).exec(readFileSync(fleet.sshConfigPath, 'utf8'))![1],
    );
    const client = new ssh2.Client();
    client.connect({
      host: '127.0.0.1',
      port,
      username: 'demo',
      privateKey: readFileSync(join(fleet.folder, 'id_ed25519')),
    });
    await once(client, 'ready');
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.exec(command, { pty }, (error, opened) => {
        if (error === undefined) {
          resolve(opened);
        } else {
          reject(error);
        }
      });
    });
    return { client, channel };
  }

  it.each(['TERM', 'KILL', 'INT'])(
    'ends a command with a signal after its input has ended: %s',
    async (signal) => {
      const { client, channel } = await execute('node1', 'echo ready; sleep 600');
      channel.end();
      await once(channel, 'data');
      // ssh2's own signal() does nothing once the channel has been ended.
      const { _protocol: protocol } = client as unknown as {
        _protocol: { signal(id: number, name: string): void };
      };
      protocol.signal((channel as unknown as { outgoing: { id: number } }).outgoing.id, signal);
      const [code, name] = await once(channel, 'exit');
      expect([code, name]).toEqual([null, `SIG${signal}`]);
      client.end();
    },
  );

  it('gets a terminal when it asks for one, where Ctrl-C is a signal', async () => {
    const { client, channel } = await execute('node1', 'echo ready; sleep 600', true);
    expect(String((await once(channel, 'data'))[0])).toBe('ready\r\n');
    channel.write('\u0003');
    const [code, name] = await once(channel, 'exit');
    expect([code, name]).toEqual([null, 'SIGINT']);
    client.end();
  });

  it('leaves nothing running when it goes away', async () => {
    const { client, channel } = await execute(
      'node2',
      'echo start > state; trap "echo gone > state" EXIT; echo go; yes',
    );
    await once(channel, 'data');
    client.destroy();
    const after = await execute('node2', 'cat state');
    expect(String((await once(after.channel, 'data'))[0])).toBe('start\n');
    after.client.end();
  });
});

describe.skipIf(clush === undefined)('the real clush', () => {
  const clushOn = (...args: string[]) => tool(clush!, ['-o', `-F ${fleet.sshConfigPath}`, ...args]);

  it('finds the groups, alone and combined', async () => {
    expect((await clushOn('-bw', '@patroni&@cluster:69', 'uname -r')).stdout).toBe(
      '---------------\nnode[1-3] (3)\n---------------\n4.9.0-8-amd64\n',
    );
    expect((await clushOn('-bw', '@patroni', 'uname -r')).stdout).toBe(
      '---------------\nnode[1-4,6] (5)\n---------------\n4.9.0-8-amd64\n' +
        '---------------\nnode5\n---------------\n4.9.0-7-amd64\n',
    );
  });

  it('upgrades one cluster as in the talk', async () => {
    const version = (version: string, nodes: string) =>
      `---------------\n${nodes} (3)\n---------------\n server_version \n----------------\n ${version}\n(1 row)\n\n`;
    expect((await clushOn('-bw', '@cluster:69', "psql -c 'show server_version;'")).stdout).toBe(
      version('9.6.11', 'node[1-3]'),
    );
    const upgraded = await clushOn('-q', '-f', '1', '-bw', 'node1,node2,node3', 'apt-get upgrade -y');
    expect(upgraded).toMatchObject({ stderr: '', code: 0 });
    expect(upgraded.stdout).toMatch(/^-+\nnode\[1-3\]\n-+\nReading package lists\.\.\.\n/);
    expect((await clushOn('-bw', '@patroni', "psql -c 'show server_version;'")).stdout).toBe(
      version('9.6.12', 'node[1-3]') + version('9.6.11', 'node[4-6]'),
    );
  });

  it('reports failures and time limits', async () => {
    const failed = await clushOn('-S', '-w', 'lb1', 'failing');
    expect(failed).toEqual({
      stdout: 'lb1: checking the data folder\n',
      stderr: 'lb1: failing: the data folder is not empty\nclush: lb1: exited with exit code 3\n',
      code: 3,
    });
    const late = await clushOn('-S', '-u', '2', '-w', 'node4', 'slow 60');
    expect(late.stdout).toContain('node4: step 1 of 60\n');
    expect(late.stderr).toContain('clush: node4: command timeout\n');
  });
});

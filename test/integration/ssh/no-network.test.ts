import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';

const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));
const tools = ['unshare', 'ip', 'python3'].every(
  (tool) =>
    findTool(tool, tool === 'ip' ? 'iproute2' : tool === 'unshare' ? 'util-linux' : tool) !== undefined,
);
/** A network of our own, with nothing in it but loopback; not every container allows it. */
const own = ['-rmn', '--'];
const usable = tools && spawnSync('unshare', [...own, 'true']).status === 0;

describe.skipIf(!usable)('in a network without an answer', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'no-network-'));
    mkdirSync(join(folder, 'home'));
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.53\n');
    // a name server that takes questions and answers none
    writeFileSync(
      join(folder, 'silent.py'),
      'import socket, sys\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.bind(("127.0.0.53", 53))\nprint("up", flush=True)\nwhile True: s.recv(512)\n',
    );
    writeFileSync(join(folder, 'ssh_config'), 'UserKnownHostsFile /dev/null\nGlobalKnownHostsFile none\n');
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost\n198.51.100.7 nowhere.test\n');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs `muster` there, after `prepare`. */
  async function there(prepare: string, args: readonly string[]) {
    const script = [
      'ip link set lo up',
      `mount --bind ${folder}/resolv.conf "$(readlink -f /etc/resolv.conf || echo /etc/resolv.conf)"`,
      `mount --bind ${folder}/hosts /etc/hosts`,
      `python3 ${folder}/silent.py >${folder}/up & server=$!`,
      `while [ ! -s ${folder}/up ]; do :; done`,
      prepare,
      '"$@"; code=$?',
      'kill $server; exit $code',
    ].join('\n');
    const begun = performance.now();
    const result = await runProgram('unshare', [...own, '/bin/sh', '-c', script, 'sh', program, ...args], {
      env: {
        HOME: join(folder, 'home'),
        XDG_STATE_HOME: join(folder, 'state'),
        XDG_CONFIG_HOME: join(folder, 'none'),
        CLUSTERSHELL_CFGDIR: folder,
        MUSTER_SSH_CONFIG: join(folder, 'ssh_config'),
        NO_COLOR: '1',
      },
    });
    rmSync(join(folder, 'up'), { force: true });
    return { ...result, seconds: (performance.now() - begun) / 1000 };
  }

  it('200 names of a dead name server end after its 5 seconds, all together', async () => {
    const { stderr, code, seconds } = await there('', ['-f', '200', '-bw', 'db[1-200].example.com', 'true']);

    expect(stderr).toContain('muster: db[1-200].example.com (200): the name server gives no answer in 5 s');
    expect(code).toBe(1);
    expect(seconds).toBeGreaterThan(4.9);
    // Those already handed to the system end after its own 10 s; one after the other it would be a quarter of an hour.
    expect(seconds).toBeLessThan(20);
  });

  it('addresses and names of /etc/hosts do not wait for the name server', async () => {
    const { stderr, seconds } = await there('', ['-bw', '127.0.0.9,localhost', 'true']);

    expect(stderr).toContain('127.0.0.9,localhost (2): connection refused');
    expect(seconds).toBeLessThan(9);
  });

  it.each([
    ['unreachable', 'no route'],
    ['prohibit', 'prohibit|denied|not permitted|no route'],
    ['blackhole', 'not usable'],
  ])('a route that is %s is named', async (kind, words) => {
    const { stderr, code, seconds } = await there(`ip route add ${kind} 198.51.100.0/24`, [
      '-w',
      'nowhere.test',
      'true',
    ]);

    expect(stderr.toLowerCase()).toMatch(new RegExp(words));
    expect(stderr).toContain('nowhere.test');
    expect(code).toBe(1);
    expect(seconds).toBeLessThan(9);
  });
});

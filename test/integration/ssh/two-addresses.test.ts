import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { musterProgram, runProgram } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const sshd = findTool('sshd', 'openssh-server');
const tools = sshd !== undefined && findTool('ip', 'iproute2') !== undefined;

/** A network of its own, in which sshd keeps its rights: for root alone. */
function canHaveNetwork(): boolean {
  try {
    execFileSync('unshare', ['-mn', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

describe.skipIf(!tools || !canHaveNetwork())('a name with two addresses, one of them dead', () => {
  let server: TestSshd;

  beforeAll(async () => {
    server = await startSshd({ nodes: 1 });
    // what is sent to the dead ones comes back on loopback and belongs to nobody: no answer, no error
    writeFileSync(
      join(server.folder, 'hosts'),
      [
        '10.9.9.9 first.test dead.test',
        '10.8.8.8 first.test',
        '10.8.8.8 second.test',
        '10.9.9.9 second.test',
        '',
      ].join('\n'),
    );
  });
  afterAll(() => server.stop());

  async function there(...args: readonly string[]) {
    const script = `
      set -e
      ip link set lo up
      ip addr add 10.8.8.8/32 dev lo
      ip route add 10.9.9.0/24 dev lo
      mount --bind ${server.folder}/hosts /etc/hosts
      rm -f ${server.folder}/sshd.pid
      ${sshd} -D -e -f ${server.folder}/sshd_config 2>/dev/null & sshd=$!
      until [ -s ${server.folder}/sshd.pid ]; do sleep 0.05; done
      set +e
      "$@"; code=$?
      kill $sshd; exit $code`;
    const trust = ['-o', '-oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null'];
    const words = [musterProgram, 'run', ...trust, ...args];
    return runProgram('unshare', ['-mn', 'sh', '-c', script, 'sh', ...words], {
      env: { ...server.env, NO_COLOR: '1' },
    });
  }

  it('is reached by the other one at once, in whatever order they stand', async () => {
    // a minute is given: it must not be needed
    const result = await there('-t', '60', '-w', 'first.test,second.test', '--json', 'echo in');

    const { nodes } = JSON.parse(result.stdout) as { nodes: { node: string; stdout: string; ms?: number }[] };
    expect(nodes.map(({ node, stdout }) => `${node} ${stdout}`)).toEqual([
      'first.test in\n',
      'second.test in\n',
    ]);
    expect(result.code).toBe(0);
  });

  it('is told of 100 dead nodes together, after the time of one', async () => {
    const begun = performance.now();
    const { code, stderr } = await there('-t', '3', '-f', '100', '-w', '10.9.9.[1-100]', 'echo in');

    expect(stderr.match(/^muster: 10\.9\.9\.\d+: no answer in 3 s/gm)).toHaveLength(100);
    expect(code).toBe(1);
    // one after the other they would take five minutes
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  it('is told when no address answers', async () => {
    const { code, stderr } = await there('-t', '1', '-w', 'dead.test', 'echo in');

    expect(stderr).toContain('muster: dead.test: no answer in 1 s (dead.test:');
    expect(code).toBe(1);
  });
});

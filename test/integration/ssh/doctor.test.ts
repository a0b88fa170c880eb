import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const sshd = findTool('sshd', 'openssh-server');
const ssh = findTool('ssh', 'openssh-client');

describe.skipIf(sshd === undefined || ssh === undefined)('muster doctor', () => {
  let server: TestSshd;

  beforeAll(async () => {
    server = await startSshd({ nodes: 2 });
  });
  afterAll(() => server.stop());
  const doctor = (words: readonly string[], env: Record<string, string> = {}) =>
    muster(['doctor', ...words], { env: { ...server.env, ...env } });
  const rows = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));

  it('tells how a node would be reached, in agreement with ssh -G', async () => {
    const { code, stdout, stderr } = await doctor(['n1']);

    expect(stderr).toBe('');
    const table = rows(stdout);
    expect(table[0]).toEqual(['node', 'topic', 'what', 'state']);
    expect(table).toContainEqual(['n1', 'transport', 'ssh2', 'nothing needs more']);
    expect(table).toContainEqual(['n1', 'setting', 'hostname', '127.1.0.1']);
    expect(table).toContainEqual(['n1', 'setting', 'port', String(server.port)]);
    expect(table).toContainEqual(['n1', 'would try', server.identityPath, 'ssh-ed25519, usable']);
    expect(table.filter(([, topic]) => topic === 'host key')).toEqual([
      ['n1', 'host key', 'ssh-ed25519', expect.stringMatching(/^SHA256:\S+ \(\S+\/known_hosts:1\)$/)],
    ]);
    expect(table.filter(([, topic]) => topic === 'ssh -G differs')).toEqual([]);
    expect(code).toBe(0);
  });

  it('names the line that asks for the system’s ssh, and keys that cannot be used', async () => {
    const config = join(server.folder, 'special');
    const broken = join(server.folder, 'broken');
    writeFileSync(broken, 'no key at all\n');
    writeFileSync(
      config,
      `RevokedHostKeys /krl\nForwardX11 yes\nIdentityFile ${broken}\n${readFileSync(server.sshConfigPath, 'utf8')}`,
    );

    const { code, stdout } = await doctor(['n1', 'n2', '--json', '--ssh-config', config]);

    const { nodes } = JSON.parse(stdout);
    expect(nodes.map(({ node }: { node: string }) => node)).toEqual(['n1', 'n2']);
    expect(nodes[0].transport).toEqual({
      transport: 'openssh',
      because: [`revokedhostkeys /krl (${config}:1)`],
    });
    expect(nodes[0].passedOver).toEqual([`forwardx11 yes (${config}:2)`]);
    expect(nodes[0].identities[0]).toEqual({
      what: broken,
      state: expect.stringMatching(/^cannot be used: /),
    });
    expect(code).toBe(0);
  });

  it('marks a configuration that no transport can honour', async () => {
    const { code, stdout } = await doctor(['n1', '-o', '-oRemoteCommand=tmux']);

    expect(rows(stdout)).toContainEqual([
      'n1',
      'transport',
      'none',
      '! ssh_config leaves no room for a command: remotecommand tmux (-o RemoteCommand)',
    ]);
    expect(code).toBe(1);
  });

  it('tells versions, files and folders of this machine, and marks what is unsafe', async () => {
    const folder = join(server.env['CLUSTERSHELL_CFGDIR']!);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'clush.conf'), '[Main]\nfanout: 7\n');
    chmodSync(join(folder, 'clush.conf'), 0o666);

    const { code, stdout } = await doctor([], { SSH_AUTH_SOCK: join(server.folder, 'no-agent') });

    const table = rows(stdout);
    expect(table).toContainEqual(['version', 'OpenSSH', expect.stringMatching(/^OpenSSH_/)]);
    expect(table).toContainEqual(['file', server.sshConfigPath, expect.stringMatching(/^read, mode/)]);
    expect(table).toContainEqual(['file', join(folder, 'clush.conf'), '! others may write it (mode 666)']);
    expect(table).toContainEqual([
      'agent',
      join(server.folder, 'no-agent'),
      expect.stringMatching(/^! the agent is gone/),
    ]);
    expect(code).toBe(1);
  });
});

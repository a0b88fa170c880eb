import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshExecutor, SshOptions } from '../../../src/ssh/executor.ts';
import { childrenOfProcess, killTree } from '../../support/process-tree.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { eventually, run, sshExecutor, transports } from './run-over-ssh.ts';

const sshd = findTool('sshd', 'openssh-server');
const finished = { kind: 'finished', code: 0 };

describe.skipIf(sshd === undefined).each(transports)('jump hosts, by %s', (transport) => {
  let nodes: TestSshd;
  let bastion: TestSshd;
  let closedBastion: TestSshd;
  let executor: SshExecutor;
  const notices: string[] = [];

  beforeAll(async () => {
    nodes = await startSshd({ nodes: 12 });
    bastion = await startSshd({ nodes: 1, config: ['MaxSessions 2', 'LogLevel VERBOSE'] });
    closedBastion = await startSshd({ nodes: 1, config: ['AllowTcpForwarding no'] });
    // one file of known hosts and one key for all three servers
    for (const [index, server] of [bastion, closedBastion].entries()) {
      appendFileSync(nodes.knownHostsPath, readFileSync(server.knownHostsPath));
      writeFileSync(join(server.folder, 'authorized_keys'), readFileSync(`${nodes.identityPath}.pub`));
      prepend(`Host bastion${index + 1}\n  HostName 127.1.0.1\n  Port ${server.port}\n`);
    }
    prepend('Host dead\n  HostName 127.0.0.1\n  Port 1\n');
  });
  afterAll(async () => {
    for (const server of [nodes, bastion, closedBastion]) await server.stop();
  });
  afterEach(async () => {
    notices.length = 0;
    await executor.close();
  });

  function prepend(text: string): void {
    writeFileSync(nodes.sshConfigPath, `${text}${readFileSync(nodes.sshConfigPath, 'utf8')}`);
  }
  function through(jump: string, options: Partial<SshOptions> = {}): SshExecutor {
    executor = sshExecutor(nodes, {
      transport,
      options: [['ProxyJump', jump]],
      onNotice: (node, text) => notices.push(`${node}: ${text}`),
      ...options,
    });
    return executor;
  }

  it('carry many nodes over one connection', async () => {
    const ssh = through('bastion1');

    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => run(ssh, `n${index + 1}`, 'true')),
    );

    for (const { outcome } of results) expect(outcome).toEqual(finished);
    expect(childrenOf(bastion)).toHaveLength(1);
  });

  it('may form a chain, with users and ports', async () => {
    const ssh = through(`127.1.0.1:${bastion.port},bastion1`);

    expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
  });

  it('that lead back to themselves are an error', async () => {
    prepend('Host circle1\n  ProxyJump circle2\nHost circle2\n  ProxyJump circle1\n');

    expect((await run(through('circle1'), 'n1', 'true')).outcome).toMatchObject({
      reason: 'config',
      message: 'ProxyJump goes in a circle: circle1 → circle2 → circle1',
    });
  });

  it('that are dead are named, once for all nodes behind them', async () => {
    const ssh = through('dead');

    const results = await Promise.all(['n1', 'n2'].map((node) => run(ssh, node, 'true')));

    for (const { outcome } of results) {
      expect(outcome).toEqual({
        kind: 'not-started',
        phase: 'jump',
        reason: 'jump-failed',
        message: 'jump host dead: connection refused (127.0.0.1:1)',
        hint: expect.any(String),
        retryable: false,
      });
    }
  });

  it('where the login fails are tried once, whatever the number of nodes', async () => {
    writeFileSync(join(bastion.folder, 'authorized_keys'), '');
    const ssh = through('bastion1');

    const results = [await run(ssh, 'n1', 'true'), await run(ssh, 'n2', 'true')];

    writeFileSync(join(bastion.folder, 'authorized_keys'), readFileSync(`${nodes.identityPath}.pub`));
    for (const { outcome } of results) {
      expect(outcome).toMatchObject({
        phase: 'jump',
        reason: 'jump-failed',
        message: expect.stringMatching(/^jump host bastion1: authentication failed for /),
        retryable: false,
      });
    }
  });

  it('that refuse to forward are named', async () => {
    expect((await run(through('bastion2'), 'n1', 'true')).outcome).toEqual({
      kind: 'not-started',
      phase: 'jump',
      reason: 'jump-failed',
      message: 'jump host bastion2 refuses to forward: open failed',
      hint: 'See AllowTcpForwarding and PermitOpen in its sshd_config.',
      retryable: false,
    });
  });

  it('that cannot reach the node are not to blame', async () => {
    const ssh = through('bastion1', {
      options: [
        ['ProxyJump', 'bastion1'],
        ['HostName', '127.1.0.1'],
        ['Port', '1'],
      ],
    });
    await ssh.close();
    prepend('Host unreachable\n  HostName 127.0.0.1\n  Port 1\n');

    expect((await run(through('bastion1'), 'unreachable', 'true')).outcome).toEqual({
      kind: 'not-started',
      phase: 'connect',
      reason: 'unreachable',
      message: 'jump host bastion1 cannot reach 127.0.0.1:1: Connection refused',
      retryable: false,
    });
  });

  it('that die while commands run leave the state unknown, and are connected to anew', async () => {
    const ssh = through('bastion1', { keepOpen: true });
    const begun = join(nodes.folder, 'begun');
    const running = run(ssh, 'n1', `echo > ${begun}; sleep 20`);
    await eventually('the command runs', () => existsSync(begun));

    for (const pid of childrenOf(bastion)) killTree(pid);

    expect((await running).outcome).toMatchObject({ kind: 'unknown' });
    expect((await run(ssh, 'n2', 'true')).outcome).toEqual(finished);
  });

  it('may be a ProxyCommand', async () => {
    await startWith([['ProxyCommand', `python3 -c '${relay}' %h %p`]]);

    expect((await run(executor, 'n1', 'true')).outcome).toEqual(finished);
  });

  it('of a ProxyCommand that fails are explained by what it said', async () => {
    await startWith([['ProxyCommand', 'sh -c "echo no route for %h >&2; exit 3"']]);

    expect((await run(executor, 'n1', 'true')).outcome).toEqual({
      kind: 'not-started',
      phase: 'connect',
      reason: 'closed',
      // ssh does not tell the exit status
      message: `ProxyCommand failed: ${transport === 'ssh2' ? 'exit status 3, ' : ''}no route for 127.1.0.1`,
      hint: 'It was: sh -c "echo no route for 127.1.0.1 >&2; exit 3"',
      retryable: false,
    });
  });

  it('of a ProxyCommand end with the connection', async () => {
    const file = join(nodes.folder, 'proxy-pid');
    await startWith([
      ['ProxyCommand', `sh -c "echo \\$\\$ > ${file}; python3 -c '${relay}' %h %p; sleep 60"`],
    ]);

    expect((await run(executor, 'n1', 'true')).outcome).toEqual(finished);

    const pid = Number(readFileSync(file, 'utf8'));
    await eventually('the helper is gone', () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  });

  async function startWith(options: readonly (readonly [string, string])[]): Promise<void> {
    executor = sshExecutor(nodes, { transport, options });
  }
  function childrenOf(server: TestSshd): number[] {
    return childrenOfProcess(Number(readFileSync(join(server.folder, 'sshd.pid'), 'utf8')));
  }
});

/** Copies stdin and stdout to a TCP connection. */
const relay = [
  'import socket,sys,threading,os',
  's=socket.create_connection((sys.argv[1],int(sys.argv[2])))',
  'def up():',
  ' while True:',
  '  d=os.read(0,65536)',
  '  if not d: break',
  '  s.sendall(d)',
  ' s.shutdown(1)',
  'threading.Thread(target=up,daemon=True).start()',
  'while True:',
  ' d=s.recv(65536)',
  ' if not d: break',
  ' os.write(1,d)',
].join('\n');

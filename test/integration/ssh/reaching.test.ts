import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshExecutor, SshOptions } from '../../../src/ssh/executor.ts';
import { runProgram } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd } from '../../support/sshd.ts';
import { type FakeServer, startSshServer, startTcpServer } from './fake-server.ts';
import { run, sshExecutor, transports } from './run-over-ssh.ts';

const python3 = findTool('python3', 'python3');
const sshd = findTool('sshd', 'openssh-server');

let server: FakeServer;
let executor: SshExecutor;
const notices: string[] = [];
let transport: (typeof transports)[number];

async function start(onSocket: (socket: Socket) => void, settings: Partial<SshOptions> = {}): Promise<void> {
  server = await startTcpServer(onSocket);
  executor = sshExecutor(server, {
    transport,
    connectTimeoutMs: 400,
    onNotice: (node, text) => notices.push(`${node}: ${text}`),
    ...settings,
  });
}

afterEach(async () => {
  notices.length = 0;
  await executor.close();
  await server.stop();
});

describe.each(transports)('a node that cannot be reached, by %s', (by) => {
  beforeAll(() => {
    transport = by;
  });

  it('refuses the connection', async () => {
    await start(() => {});
    const other = await startTcpServer(() => {});
    await other.stop();
    writeFileSync(server.sshConfigPath, `HostName 127.0.0.1\nPort ${other.port}\n`);

    expect((await run(executor, 'node', 'x')).outcome).toEqual({
      kind: 'not-started',
      phase: 'connect',
      reason: 'refused',
      message: `connection refused (127.0.0.1:${other.port})`,
      hint: expect.any(String),
      retryable: false,
    });
  });

  it('has a name nobody knows', async () => {
    await start(() => {});
    writeFileSync(server.sshConfigPath, '');

    expect((await run(executor, 'no-such-name.invalid', 'x')).outcome).toMatchObject({
      kind: 'not-started',
      phase: 'dns',
      reason: 'dns-no-such-name',
      message: 'no such name: no-such-name.invalid',
      retryable: false,
    });
  });

  it.each(['-oProxyCommand=x', 'a;b', '$(x)', '`x`', 'a\nb', '\x1b[2J', '../x', 'x'.repeat(254), 'a b'])(
    'has a name that is none: %j',
    async (name) => {
      await start(() => {});

      expect((await run(executor, name, 'x')).outcome).toMatchObject({
        kind: 'not-started',
        reason: 'config',
      });
      expect(server.sockets).toHaveLength(0);
    },
  );

  it('accepts and says nothing', async () => {
    await start(() => {});

    expect((await run(executor, 'node', 'x')).outcome).toEqual({
      kind: 'not-started',
      phase: 'banner',
      reason: 'timeout',
      message: 'no SSH banner in 0.4 s',
      hint: expect.any(String),
      retryable: false,
    });
  });

  it('closes at once, and is tried again as long as the time lasts', async () => {
    await start((socket) => socket.end());

    expect((await run(executor, 'node', 'x')).outcome).toMatchObject({
      phase: 'banner',
      reason: 'closed',
      message: 'connection closed before the SSH banner',
      retryable: true,
    });
    expect(server.sockets.length).toBeGreaterThan(1);
    expect(notices).toEqual(['node: connection closed before the SSH banner; trying again']);
  });

  it('resets at once', async () => {
    await start((socket) => socket.resetAndDestroy());

    expect((await run(executor, 'node', 'x')).outcome).toMatchObject({
      kind: 'not-started',
      reason: 'closed',
      retryable: true,
    });
  });

  it.each([
    ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'is not an SSH server: HTTP/1.1 400 Bad Request'],
    ['a server of SSH 1', 'SSH-1.5-old\n', 'speaks SSH-1.5-old, not SSH 2: SSH-1.5-old'],
    ['noise', '\x00\x01\x02boo\x1b[31m', 'is not an SSH server: boo [31m'],
  ])('is %s', async (name, text, message) => {
    await start((socket) => socket.end(text));

    expect((await run(executor, 'node', 'x')).outcome).toMatchObject({
      kind: 'not-started',
      phase: 'banner',
      reason: 'not-ssh',
      // ssh itself does not show a line with control characters
      message: by === 'openssh' && name === 'noise' ? 'is not an SSH server' : message,
      retryable: false,
    });
  });

  it('does not let us in for now: it is said, and tried again as long as the time lasts', async () => {
    await start((socket) => socket.end('Not allowed at this time\r\n'), { connectTimeoutMs: 1500 });

    expect((await run(executor, 'node', 'x')).outcome).toEqual({
      kind: 'not-started',
      phase: 'banner',
      reason: 'server-busy',
      message: 'server said: Not allowed at this time',
      serverSaid: 'Not allowed at this time',
      hint: 'sshd is full (MaxStartups), or penalises this address for failed logins (PerSourcePenalties); -t gives it more time.',
      retryable: true,
    });
    expect(server.sockets.length).toBeGreaterThan(1);
    expect(server.sockets.length).toBeLessThan(8);
  });

  it('greets without end: one error, little memory', async () => {
    let sent = 0;
    await start(
      (socket) => {
        const line = `${'x'.repeat(1000)}\n`;
        const more = (): void => {
          if (socket.destroyed) return;
          sent += line.length;
          socket.write(line, more);
        };
        more();
      },
      { connectTimeoutMs: 5000 },
    );

    expect((await run(executor, 'node', 'x')).outcome).toMatchObject({
      phase: 'banner',
      reason: 'not-ssh',
      message: `sends text without end instead of an SSH banner: ${'x'.repeat(60)}`,
    });
    expect(sent).toBeLessThan(20_000_000);
  });

  it('has a firewall that answers nothing', async () => {
    if (python3 === undefined) throw new Error('python3 is missing');
    await start(() => {});
    const hole = await startBlackhole(python3);
    writeFileSync(server.sshConfigPath, `HostName 127.0.0.1\nPort ${hole.port}\n`);
    const begun = performance.now();

    const { outcome } = await run(executor, 'node', 'x');

    hole.stop();
    expect(outcome).toEqual({
      kind: 'not-started',
      phase: 'connect',
      reason: 'timeout',
      message: `no answer in 0.4 s (127.0.0.1:${hole.port})`,
      hint: expect.any(String),
      retryable: false,
    });
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  it('shares no algorithm with us', async () => {
    await start(() => {});
    await server.stop();
    server = await startSshServer({
      lines: ['Ciphers aes256-gcm@openssh.com'],
      config: { algorithms: { cipher: ['aes128-ctr'] } },
    });
    executor = sshExecutor(server, { transport });

    expect((await run(executor, 'node', 'x')).outcome).toMatchObject({
      kind: 'not-started',
      phase: 'key-exchange',
      reason: 'no-common-algorithm',
      message: by === 'ssh2' ? 'no matching C->S cipher' : 'no matching cipher',
      retryable: false,
    });
  });
});

describe.each(transports)('a node that is slow, by %s', (by) => {
  beforeAll(() => {
    transport = by;
  });

  it('to send its banner, byte by byte, is reached', async () => {
    await start(() => {});
    await server.stop();
    const inner = await startSshServer({
      onSession: (session) =>
        session.on('exec', (accept) => {
          const channel = accept();
          channel.exit(0);
          channel.end();
        }),
    });
    server = await startTcpServer(
      (socket) => dripBanner(socket, inner.port),
      ['StrictHostKeyChecking no', 'UserKnownHostsFile /dev/null'],
    );
    executor = sshExecutor(server, { transport });

    expect((await run(executor, 'node', 'x')).outcome).toEqual({ kind: 'finished', code: 0 });
    await inner.stop();
  });
});

describe.skipIf(sshd === undefined).each(transports)('a server with MaxStartups, by %s', (by) => {
  beforeAll(() => {
    transport = by;
  });

  it('is tried again until all of 30 logins are in', async () => {
    await start(() => {});
    const busy = await startSshd({ nodes: 30, config: ['MaxStartups 2:50:4'] });
    await executor.close();
    executor = sshExecutor(busy, {
      transport,
      connectTimeoutMs: 50_000,
      onNotice: (_node, text) => notices.push(text),
    });

    const results = await Promise.all(
      Array.from({ length: 30 }, (_, index) => run(executor, `n${index + 1}`, 'true')),
    );
    await executor.close();
    if (by === 'ssh2') await showPeers(busy.sshConfigPath);
    await busy.stop();

    expect(results.filter(({ outcome }) => outcome.kind === 'finished' && outcome.code === 0)).toHaveLength(
      30,
    );
    // the second is what OpenSSH says from 9.8 on
    expect(notices.join('\n')).toMatch(
      /^server (busy: Exceeded MaxStartups|said: Not allowed at this time); trying again$/m,
    );
  });
});

/** How many of the same 30 logins other tools get, none of which tries again; for information. */
async function showPeers(sshConfig: string): Promise<void> {
  const clush = findTool('clush', 'clustershell');
  const pdsh = findTool('pdsh', 'pdsh');
  const nodes = 'n[1-30]';
  const peers: [string, string | undefined, string[], Record<string, string>][] = [
    ['clush', clush, ['-f', '30', '-o', `-F ${sshConfig}`, '-w', nodes, 'echo', 'in'], {}],
    [
      'pdsh',
      pdsh,
      ['-R', 'ssh', '-f', '30', '-w', nodes, 'echo', 'in'],
      { PDSH_SSH_ARGS: `-F ${sshConfig} %h` },
    ],
  ];
  for (const [name, program, args, env] of peers) {
    if (program === undefined) continue;
    const { stdout } = await runProgram(program, args, { env });
    const count = stdout.split('\n').filter((line) => line.endsWith(': in')).length;
    console.info(`30 logins through MaxStartups 2:50:4: ${name} ${count}, muster 30`);
  }
}

/** Passes everything on; the server's first 30 bytes each in a packet of its own. */
function dripBanner(socket: Socket, port: number): void {
  const inner = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  socket.pipe(inner);
  let passed = 0;
  inner.on('data', (chunk: Buffer) => {
    let at = 0;
    for (; at < chunk.length && passed < 30; at += 1, passed += 1) socket.write(chunk.subarray(at, at + 1));
    if (at < chunk.length) socket.write(chunk.subarray(at));
  });
  inner.on('close', () => socket.destroy());
  inner.on('error', () => socket.destroy());
}

interface Blackhole {
  readonly port: number;
  stop(): void;
}

/** A listener whose queue is full: the kernel drops further SYNs, as a silent firewall does. */
async function startBlackhole(python: string): Promise<Blackhole> {
  const script = [
    'import socket, sys, time',
    's = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(0)',
    'held = []',
    'for _ in range(4):',
    '    c = socket.socket(); c.setblocking(False)',
    '    try: c.connect(s.getsockname())',
    '    except BlockingIOError: pass',
    '    held.append(c)',
    'time.sleep(0.2); print(s.getsockname()[1], flush=True); sys.stdin.read()',
  ].join('\n');
  const child: ChildProcess = spawn(python, ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) =>
    child.stdout!.once('data', (data) => resolve(Number(data))),
  );
  return { port, stop: () => child.kill() };
}

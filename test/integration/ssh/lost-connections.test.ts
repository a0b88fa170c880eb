import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServerChannel } from 'ssh2';
import type { SshExecutor, SshOptions } from '../../../src/ssh/executor.ts';
import { type FakeServer, startSshServer, type SshServerOptions } from './fake-server.ts';
import { run, sshExecutor, transports } from './run-over-ssh.ts';

let server: FakeServer;
let executor: SshExecutor;

let transport: (typeof transports)[number];

async function start(options: SshServerOptions, settings: Partial<SshOptions> = {}): Promise<void> {
  server = await startSshServer(options);
  executor = sshExecutor(server, { transport, ...settings });
}

afterEach(async () => {
  await executor.close();
  await server.stop();
});

/** A server whose sessions run this instead of a command. */
function onExec(play: (channel: ServerChannel, drop: () => void) => void): SshServerOptions {
  return {
    onSession(session, _connection, socket) {
      session.on('exec', (accept) => play(accept(), () => socket.destroy()));
    },
  };
}

describe.each(transports)('a connection that is lost, by %s', (by) => {
  beforeAll(() => {
    transport = by;
  });

  it('before a session was opened: the command was not started, and is tried once more', async () => {
    let asked = 0;
    await start({
      beforeSession(socket) {
        asked += 1;
        socket.destroy();
        return true;
      },
    });

    const { outcome } = await run(executor, 'node', 'x');

    expect(outcome).toEqual({
      kind: 'not-started',
      phase: 'open',
      reason: 'closed',
      message: 'connection lost before the command was sent',
      retryable: true,
    });
    expect(asked).toBe(2);
  });

  it('after the command was sent, before it was accepted: the state is unknown', async () => {
    await start({
      onSession(session, _connection, socket) {
        session.on('exec', () => socket.destroy());
      },
    });

    expect((await run(executor, 'node', 'x')).outcome).toEqual({
      kind: 'unknown',
      message: 'connection lost while the command was being sent',
    });
  });

  it('after the command was accepted: the state is unknown and the output is kept', async () => {
    await start(
      onExec((channel, drop) => {
        channel.write('half', () => setImmediate(drop));
      }),
    );

    expect(await run(executor, 'node', 'x')).toEqual({
      outcome: { kind: 'unknown', message: 'connection lost, the command may still be running' },
      stdout: 'half',
      stderr: '',
    });
  });

  it('after the exit status: the command has finished, its output may be cut', async () => {
    await start(
      onExec((channel, drop) => {
        channel.exit(0);
        setTimeout(drop, 50);
      }),
    );

    expect((await run(executor, 'node', 'x')).outcome).toEqual({
      kind: 'finished',
      code: 0,
      truncated: true,
    });
  });

  it('in silence: keepalives find it, and the state is unknown', async () => {
    await start(
      onExec((channel) => {
        channel.write('begun');
        // from here on the server is deaf and dumb, its TCP connection open
        server.sockets[0]!.pause();
      }),
      { keepaliveMs: 100 },
    );

    expect(await run(executor, 'node', 'x')).toEqual({
      outcome: { kind: 'unknown', message: 'connection lost, the command may still be running' },
      stdout: 'begun',
      stderr: '',
    });
  });
});

describe.each(transports)('a server that is alive, by %s', (by) => {
  beforeAll(() => {
    transport = by;
  });

  it('and refuses the command: refused', async () => {
    await start({
      onSession(session) {
        session.on('exec', (_accept, reject) => reject());
      },
    });

    expect((await run(executor, 'node', 'x')).outcome).toEqual({
      kind: 'refused',
      message: 'the server refuses to run the command',
    });
  });

  it('and closes the session without a status: unknown', async () => {
    await start(onExec((channel) => channel.end('bye')));

    expect(await run(executor, 'node', 'x')).toEqual({
      outcome: { kind: 'unknown', message: 'the server closed the session without an exit status' },
      stdout: 'bye',
      stderr: '',
    });
  });

  it('and sends two statuses: the first counts', async () => {
    await start(
      onExec((channel) => {
        channel.exit(7);
        channel.exit(0);
        channel.end();
      }),
    );

    expect((await run(executor, 'node', 'x')).outcome).toEqual({ kind: 'finished', code: 7 });
  });

  it('and tells the status after the end of the output: it counts', async () => {
    await start({
      onSession(session, connection) {
        session.on('exec', (accept) => {
          const channel = accept();
          channel.write('all');
          channel.eof();
          // in this order, as OpenSSH 10 does; ssh2's own server would send nothing after the end
          const { _protocol: protocol } = connection as unknown as {
            _protocol: { exitStatus(channel: number, code: number): void };
          };
          protocol.exitStatus((channel as unknown as { outgoing: { id: number } }).outgoing.id, 4);
          channel.close();
        });
      },
    });

    const { outcome, stdout } = await run(executor, 'node', 'x');

    expect(outcome).toEqual({ kind: 'finished', code: 4 });
    expect(stdout).toBe('all');
  });

  it('and gives a status above 255: its low byte counts, as for a process', async () => {
    await start(
      onExec((channel) => {
        channel.exit(2 ** 32 - 1);
        channel.end();
      }),
    );

    expect((await run(executor, 'node', 'x')).outcome).toEqual({ kind: 'finished', code: 255 });
  });

  it('and gives no pseudo-terminal: not started', async () => {
    await start({
      onSession(session) {
        session.on('pty', (_accept, reject) => reject());
      },
    });

    expect((await run(executor, 'node', { command: 'x', pty: true })).outcome).toMatchObject({
      kind: 'not-started',
      phase: 'open',
      reason: 'channel-refused',
      message: 'the server gives no pseudo-terminal',
    });
  });

  it('and only sends data stays connected: any byte is a sign of life', async () => {
    let ticks = 0;
    await start(
      onExec((channel) => {
        // the server no longer reads, so it answers no keepalive, but its output goes on
        server.sockets[0]!.pause();
        const timer = setInterval(() => {
          ticks += 1;
          channel.write('.');
          if (ticks < 20) return;
          clearInterval(timer);
          channel.exit(0);
          channel.end();
        }, 50);
      }),
      { keepaliveMs: 100 },
    );

    const { outcome, stdout } = await run(executor, 'node', 'x');

    expect(stdout).toBe('.'.repeat(20));
    expect(outcome).toEqual({ kind: 'finished', code: 0 });
  });

  it('and ignores signals is said to go on running', async () => {
    await start(
      {
        onSession(session) {
          session.on('exec', (accept) => accept().write('begun'));
        },
      },
      { terminateGraceMs: 50 },
    );

    const { outcome } = await run(executor, 'node', { command: 'x', timeoutMs: 300 });

    expect(outcome).toEqual({ kind: 'timed-out', afterMs: 300, remote: 'still-running' });
  });
});

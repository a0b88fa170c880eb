import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from 'ssh2';
import type { SshExecutor } from '../../../src/ssh/executor.ts';
import { type FakeServer, startSshServer, startTcpServer } from './fake-server.ts';
import { eventually, run, sshExecutor, transports } from './run-over-ssh.ts';

describe.each(transports)('a server that comes back with another key, by %s', (transport) => {
  const servers: FakeServer[] = [];
  let executor: SshExecutor;

  afterEach(async () => {
    await executor.close();
    for (const server of servers.splice(0)) await server.stop();
  });

  it('is refused, and the command is not sent', async () => {
    const commands: string[] = [];
    const onSession = (session: Session): void => {
      session.on('exec', (accept, _reject, { command }) => {
        commands.push(command);
        const channel = accept();
        channel.exit(0);
        channel.end();
      });
    };
    const first = await startSshServer({ onSession });
    const second = await startSshServer({ onSession });
    let current = first;
    const front = await startTcpServer((socket) => {
      const inner = connect(current.port, '127.0.0.1');
      inner.on('error', () => socket.destroy());
      socket.on('close', () => inner.destroy());
      inner.on('close', () => socket.destroy());
      socket.pipe(inner).pipe(socket);
    });
    servers.push(first, second, front);
    const known = join(front.folder, 'known_hosts');
    writeFileSync(known, '');
    writeFileSync(
      front.sshConfigPath,
      [
        'HostName 127.0.0.1',
        `Port ${front.port}`,
        'User someone',
        'StrictHostKeyChecking accept-new',
        `UserKnownHostsFile ${known}`,
        'GlobalKnownHostsFile none',
        '',
      ].join('\n'),
    );
    executor = sshExecutor(front, { transport, keepOpen: true });

    expect((await run(executor, 'node', 'one')).outcome).toEqual({ kind: 'finished', code: 0 });
    current = second;
    for (const socket of front.sockets) socket.destroy();
    await eventually('the connection is known to be lost', () => executor.connected().length === 0);

    expect((await run(executor, 'node', 'two')).outcome).toMatchObject({
      kind: 'not-started',
      phase: 'host-key',
      reason: 'host-key-changed',
      retryable: false,
    });
    expect(commands).toEqual(['one']);
  });
});

import { once } from 'node:events';
import type { ServerChannel } from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import type { SshExecutor } from '../../../src/ssh/executor.ts';
import { type FakeServer, startSshServer } from './fake-server.ts';
import { eventually, sshExecutor, transports } from './run-over-ssh.ts';

const MiB = 1024 * 1024;

/** A server that sends without being allowed to: what reads slowly must neither fill the memory nor lose bytes in silence. */
describe.each(transports)('a server that ignores the channel window, by %s', (transport) => {
  let server: FakeServer | undefined;
  let executor: SshExecutor | undefined;
  const notices: string[] = [];
  afterEach(async () => {
    await executor?.close();
    await server?.stop();
    notices.length = 0;
  });

  it.each(['stdout', 'stderr'] as const)('is cut off on %s, and it is said', async (stream) => {
    const sendWithoutEnd = async (channel: ServerChannel): Promise<void> => {
      takeNoNotice(channel);
      const out = stream === 'stdout' ? channel : channel.stderr;
      channel.on('error', () => {});
      for (let sent = 0; sent < 64 * MiB && !channel.destroyed; sent += MiB) {
        // what the connection cannot take is not sent: its memory is the test's own
        if (!out.write(Buffer.alloc(MiB, 'x')))
          await Promise.race([once(out, 'drain'), once(channel, 'close')]);
      }
      channel.exit(0);
      channel.end();
    };
    server = await startSshServer({
      onSession: (session) => session.on('exec', (accept) => void sendWithoutEnd(accept())),
    });
    executor = sshExecutor(server, { transport, onNotice: (node, text) => notices.push(`${node}: ${text}`) });
    const never = Promise.withResolvers<void>();
    let taken = 0;

    const running = executor.execute(
      'node',
      { command: 'x' },
      {
        write(_stream, chunk) {
          taken += chunk.length;
          return never.promise;
        },
      },
      new AbortController().signal,
    );
    await eventually('the server is cut off', () => notices.length > 0);
    never.resolve();

    expect(await running).toMatchObject({ kind: 'unknown' });
    expect(notices).toEqual([
      'node: the server sends more than it may (it ignores the channel window); connection ended',
    ]);
    expect(taken).toBeLessThan(8 * MiB);
  });
});

/** ssh2's server keeps to the window its client gives: this one always finds it wide open. */
function takeNoNotice(channel: ServerChannel): void {
  const { outgoing } = channel as unknown as { outgoing: { window: number } };
  Object.defineProperty(outgoing, 'window', { get: () => 1024 * MiB, set: () => {} });
}

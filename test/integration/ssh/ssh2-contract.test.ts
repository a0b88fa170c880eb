import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { legacyAlgorithms, supportedAlgorithms } from '../../../src/ssh/algorithms.ts';
import { loadSsh2 } from '../../../src/ssh/ssh2-library.ts';
import { type FakeServer, startSshServer, startTcpServer } from './fake-server.ts';
import { eventually, run, sshExecutor } from './run-over-ssh.ts';

const require = createRequire(import.meta.url);

/** What muster relies on in the library beyond its documentation: read this first when its version changes. */
describe('ssh2 1.17.0', () => {
  let server: FakeServer | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('is the version that was studied', () => {
    expect((require('ssh2/package.json') as { version: string }).version).toBe('1.17.0');
  });

  it('has the parts that are patched', async () => {
    const { Client } = await loadSsh2();
    const client = new Client() as any;
    client.on('error', () => {});
    client.connect({ sock: new PassThrough(), username: 'x' });

    for (const name of [
      'GLOBAL_REQUEST',
      'USERAUTH_FAILURE',
      'CHANNEL_REQUEST',
      'CHANNEL_DATA',
      'CHANNEL_EXTENDED_DATA',
      'CHANNEL_CLOSE',
    ]) {
      expect([name, typeof client._protocol._handlers[name]]).toEqual([name, 'function']);
    }
    expect(client._protocol.signal).toBeTypeOf('function');
    expect(client._protocol.channelFailure).toBeTypeOf('function');
    expect(client._chanMgr.get).toBeTypeOf('function');
  });

  it('speaks the algorithms muster offers, and knows no newer ones', () => {
    const theirs = require('ssh2/lib/protocol/constants.js') as Record<string, string[]>;
    const ours = (kind: keyof typeof supportedAlgorithms) =>
      [...supportedAlgorithms[kind], ...legacyAlgorithms[kind]].toSorted();

    expect(ours('kex')).toEqual(theirs['SUPPORTED_KEX']!.toSorted());
    expect(ours('hostKey')).toEqual(theirs['SUPPORTED_SERVER_HOST_KEY']!.toSorted());
    expect(ours('cipher')).toEqual(theirs['SUPPORTED_CIPHER']!.toSorted());
    // ripemd160 is no longer in OpenSSL 3
    expect(ours('mac')).toEqual(
      theirs['SUPPORTED_MAC']!.filter((name) => name !== 'hmac-ripemd160').toSorted(),
    );
  });

  it('lets a connection to a silent peer be ended at once', async () => {
    server = await startSshServer({
      onSession: (session) => session.on('exec', (accept) => accept().write('begun')),
    });
    const executor = sshExecutor(server, { terminateGraceMs: 10 });
    const abort = new AbortController();
    let begun = false;
    const running = executor.execute(
      'node',
      { command: 'x' },
      { write: () => void (begun = true) },
      abort.signal,
    );
    await eventually('the command has begun', () => begun);
    server.sockets[0]!.pause();

    await executor.close();

    expect(await running).toMatchObject({ kind: 'unknown' });
    expect(executor.connected()).toEqual([]);
  });

  it('reports one failure however many errors it emits', async () => {
    server = await startTcpServer((socket) => {
      // reads on, to see the client's end
      socket.resume();
      socket.write('SSH-2.0-nonsense\r\n');
      socket.end(Buffer.alloc(4096, 0xff));
    });
    const executor = sshExecutor(server);

    expect((await run(executor, 'node', 'x')).outcome).toMatchObject({
      kind: 'not-started',
      phase: 'key-exchange',
      reason: 'protocol',
    });
    await executor.close();
    await eventually('the socket is closed', () => server!.sockets[0]!.destroyed);
  });

  it('does not let its client, which holds secrets, get into errors', async () => {
    server = await startSshServer({ authenticate: (context) => context.reject(['password']) });
    const executor = sshExecutor(server, {
      prompter: { ask: () => Promise.resolve('S3CRET') },
      options: [['IdentityFile', 'none']],
    });
    const { inspect } = await import('node:util');

    const { outcome } = await run(executor, 'node', 'x');
    await executor.close();

    expect(inspect(outcome, { depth: Infinity, showHidden: true })).not.toContain('S3CRET');
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { supportedAlgorithms } from '../../../src/ssh/algorithms.ts';
import type { SshExecutor } from '../../../src/ssh/executor.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { eventually, run, sshExecutor, transports } from './run-over-ssh.ts';

const sshd = findTool('sshd', 'openssh-server');

describe.skipIf(sshd === undefined).each(transports)('commands over a real sshd, by %s', (transport) => {
  let server: TestSshd;
  let executor: SshExecutor;
  const notices: string[] = [];

  beforeAll(async () => {
    server = await startSshd({ nodes: 3 });
    executor = sshExecutor(server, {
      transport,
      keepOpen: true,
      terminateGraceMs: 300,
      onNotice: (node, text) => notices.push(`${node}: ${text}`),
    });
    // the limits of commands in these tests are for the commands: connecting is done before
    for (const node of ['n1', 'n2', 'n3']) await run(executor, node, 'true');
  });
  afterAll(async () => {
    await executor.close();
    await server.stop();
  });
  afterEach(() => {
    notices.length = 0;
  });

  it('gives stdout, stderr and the exit code', async () => {
    const result = await run(executor, 'n1', 'echo out; echo err >&2; exit 3');

    expect(result).toEqual({ outcome: { kind: 'finished', code: 3 }, stdout: 'out\n', stderr: 'err\n' });
  });

  it.each([0, 1, 126, 127, 128, 254, 255])(
    'tells exit code %i from any fault of the connection',
    async (code) => {
      expect((await run(executor, 'n1', `exit ${code}`)).outcome).toEqual({ kind: 'finished', code });
    },
  );

  it.each(['KILL', 'TERM', 'SEGV', 'HUP'])('names the signal %s that ended the command', async (signal) => {
    expect((await run(executor, 'n1', `kill -${signal} $$`)).outcome).toEqual({ kind: 'finished', signal });
  });

  it.each([...supportedAlgorithms.cipher, 'compression'])(
    'receives 20 MB without a wrong byte: %s',
    async (cipher) => {
      const data = join(server.folder, 'data');
      if (!existsSync(data)) writeFileSync(data, randomBytes(20_000_000));
      const options: [string, string][] =
        cipher === 'compression' ? [['Compression', 'yes']] : [['Ciphers', cipher]];
      const own = sshExecutor(server, { options });
      const hash = createHash('sha256');

      const outcome = await own.execute(
        'n1',
        { command: `cat ${data}` },
        { write: (_stream, chunk) => void hash.update(chunk) },
        new AbortController().signal,
      );
      await own.close();

      expect(outcome).toEqual({ kind: 'finished', code: 0 });
      expect(hash.digest('hex')).toBe(createHash('sha256').update(readFileSync(data)).digest('hex'));
    },
  );

  it('ends the input at once when there is none', async () => {
    expect(await run(executor, 'n1', 'cat; echo done')).toMatchObject({ stdout: 'done\n' });
  });

  it('sends input byte for byte and then its end', async () => {
    const bytes = randomBytes(3_000_000);
    const command = 'sha256sum';
    async function* stdin() {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    }

    const { stdout, outcome } = await run(executor, 'n1', { command, stdin });

    expect(outcome).toEqual({ kind: 'finished', code: 0 });
    expect(stdout).toBe(`${createHash('sha256').update(bytes).digest('hex')}  -\n`);
  });

  it('does not wait for input the command never reads', async () => {
    async function* stdin() {
      for (;;) yield Buffer.alloc(65_536);
    }

    expect((await run(executor, 'n1', { command: 'head -c 5 | tr "\\0" x', stdin })).stdout).toBe('xxxxx');
  });

  it('brings every byte of large output on both streams, however slowly it is taken', async () => {
    const sums = { stdout: createHash('sha256'), stderr: createHash('sha256') };
    let waits = 0;
    const command = 'head -c 5000000 /dev/zero; head -c 5000000 /dev/zero | tr "\\0" e >&2';

    const outcome = await executor.execute(
      'n1',
      { command },
      {
        write(stream, chunk) {
          sums[stream].update(chunk);
          waits += 1;
          return waits % 7 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined;
        },
      },
      new AbortController().signal,
    );

    expect(outcome).toEqual({ kind: 'finished', code: 0 });
    expect(sums.stdout.digest('hex')).toBe(
      createHash('sha256').update(Buffer.alloc(5_000_000)).digest('hex'),
    );
    expect(sums.stderr.digest('hex')).toBe(
      createHash('sha256').update(Buffer.alloc(5_000_000, 'e')).digest('hex'),
    );
  });

  it('stops the remote command while the sink is not ready', async () => {
    const counter = join(server.folder, 'written');
    let open: () => void = () => {};
    const ready = new Promise<void>((resolve) => {
      open = resolve;
    });
    let seen = 0;

    const running = executor.execute(
      'n1',
      {
        command: `i=0; while [ $i -lt 300 ]; do head -c 65536 /dev/zero; i=$((i+1)); echo $i > ${counter}; done`,
      },
      {
        write(_stream, chunk) {
          seen += chunk.length;
          return ready;
        },
      },
      new AbortController().signal,
    );
    let last = '';
    await eventually('the remote command stands still', async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const now = existsSync(counter) ? readFileSync(counter, 'utf8') : '';
      const still = now !== '' && now === last;
      last = now;
      return still;
    });

    expect(Number(last)).toBeLessThan(100);
    open();
    expect(await running).toEqual({ kind: 'finished', code: 0 });
    expect(seen).toBe(300 * 65_536);
  });

  it('hands on what the sink throws', async () => {
    const failing = executor.execute(
      'n1',
      { command: 'echo x; sleep 30' },
      { write: () => Promise.reject(new Error('disk full')) },
      new AbortController().signal,
    );

    await expect(failing).rejects.toThrow('disk full');
  });

  it('ends a command that takes too long, and says that it is gone', async () => {
    const file = join(server.folder, 'pid');

    const { outcome } = await run(executor, 'n2', {
      command: `echo $$ > ${file}; exec sleep 60`,
      timeoutMs: 600,
    });

    expect(outcome).toEqual({ kind: 'timed-out', afterMs: 600, remote: 'ended' });
    expect(() => process.kill(Number(readFileSync(file, 'utf8')), 0)).toThrow('ESRCH');
  });

  it('kills a command that ignores TERM, with its children', async () => {
    const file = join(server.folder, 'stubborn');
    const command = `trap "" TERM; sh -c 'trap "" TERM; echo $$ > ${file}; sleep 60'`;

    const { outcome } = await run(executor, 'n2', { command, timeoutMs: 600 });

    expect(outcome).toEqual({ kind: 'timed-out', afterMs: 600, remote: 'ended' });
    const pid = Number(readFileSync(file, 'utf8'));
    await eventually('the child is gone', () => !existsSync(`/proc/${pid}`));
  });

  it('keeps the output that came before the end', async () => {
    const result = await run(executor, 'n2', { command: 'echo begun; sleep 60', timeoutMs: 700 });

    expect(result.stdout).toBe('begun\n');
  });

  it('ends the command when it is cancelled', async () => {
    const file = join(server.folder, 'cancelled');
    const abort = new AbortController();

    const running = run(executor, 'n2', `echo $$ > ${file}; exec sleep 60`, abort.signal);
    await eventually('the command runs', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
    abort.abort();

    expect((await running).outcome).toEqual({ kind: 'cancelled', remote: 'ended' });
    expect(() => process.kill(Number(readFileSync(file, 'utf8')), 0)).toThrow('ESRCH');
  });

  it('does not start what was cancelled before', async () => {
    const abort = new AbortController();
    abort.abort();

    expect((await run(executor, 'n2', 'echo x', abort.signal)).outcome).toEqual({
      kind: 'cancelled',
      remote: 'ended',
    });
  });

  it('does not wait for a background process that holds the output open', async () => {
    const begun = performance.now();

    const result = await run(executor, 'n3', 'sleep 20 & echo started');

    expect(result).toEqual({ outcome: { kind: 'finished', code: 0 }, stdout: 'started\n', stderr: '' });
    expect(performance.now() - begun).toBeLessThan(6000);
    expect(notices).toEqual(['n3: a background process still holds the output open; not waited for']);
  });

  it('keeps bytes as they are', async () => {
    const { stdout } = await run(executor, 'n1', String.raw`printf '\000\377\r\n\033[31m\302'`);

    expect(stdout).toBe('\0\xff\r\n\x1b[31m\xc2');
  });

  it('asks for a pseudo-terminal when told to', async () => {
    const { stdout } = await run(executor, 'n1', {
      command: 'test -t 0 && test -t 1 && echo terminal',
      pty: true,
    });

    expect(stdout).toBe('terminal\r\n');
  });

  it('runs the login shell itself for an empty command', async () => {
    async function* stdin() {
      yield Buffer.from('echo from the shell\nexit 4\n');
    }

    const result = await run(executor, 'n1', { command: '', stdin });

    expect(result).toMatchObject({ outcome: { kind: 'finished', code: 4 }, stdout: 'from the shell\n' });
  });

  it('runs more commands at once on a node than a connection has sessions', async () => {
    const results = await Promise.all(
      Array.from({ length: 24 }, (_, index) => run(executor, 'n1', `echo ${index}; sleep 0.05`)),
    );

    expect(results.map(({ stdout }) => stdout)).toEqual(
      Array.from({ length: 24 }, (_, index) => `${index}\n`),
    );
  });

  it('reaches the node again when the kept connection has died in between', async () => {
    const { stdout } = await run(executor, 'n3', 'echo $PPID');
    process.kill(Number(stdout), 'SIGKILL');
    await eventually('the connection is known to be lost', () => !executor.connected().includes('n3'));

    expect(await run(executor, 'n3', 'echo again')).toEqual({
      outcome: { kind: 'finished', code: 0 },
      stdout: 'again\n',
      stderr: '',
    });
  });

  it('does not claim an end it has not seen', async () => {
    const { outcome } = await run(executor, 'n3', 'echo $PPID; kill -9 $PPID; sleep 5');

    expect(outcome).toEqual({
      kind: 'unknown',
      message: 'connection lost, the command may still be running',
    });
  });
});

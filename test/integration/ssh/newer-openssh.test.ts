import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SshExecutor, SshOptions } from '../../../src/ssh/executor.ts';
import { findNewerOpenSsh } from '../../support/newer-openssh.ts';
import { childrenOfProcess, killTree } from '../../support/process-tree.ts';
import { startSshd, type SshdOptions, type TestSshd } from '../../support/sshd.ts';
import { eventually, run, sshExecutor, transports } from './run-over-ssh.ts';

const newer = await findNewerOpenSsh();
const finished = { kind: 'finished', code: 0 };

/** What is new in OpenSSH 9.8 to 10; test/nightly runs all of this folder on it. */
describe.skipIf(newer === undefined)(`with ${newer?.version ?? 'a newer OpenSSH'}`, () => {
  let server: TestSshd;
  let executor: SshExecutor | undefined;
  const notices: string[] = [];
  afterEach(async () => {
    await executor?.close();
    executor = undefined;
    notices.length = 0;
    await server.stop();
  });

  const startServer = async (options: SshdOptions = {}): Promise<void> => {
    server = await startSshd({ nodes: 3, program: join(newer!.bin, 'sshd'), ...options });
  };
  /** The newer ssh is there too unless the test says otherwise. */
  const start = (options: Partial<SshOptions> = {}): SshExecutor => {
    executor = sshExecutor(server, {
      sshProgram: { path: join(newer!.bin, 'ssh') },
      onNotice: (_node, text) => notices.push(text),
      ...options,
    });
    return executor;
  };
  /** The processes of each connection: sshd starts one that starts the others. */
  const connections = (): number[] =>
    childrenOfProcess(Number(readFileSync(join(server.folder, 'sshd.pid'), 'utf8')));

  it.each(transports)('nodes are reached by %s, and exit status and signals are told', async (transport) => {
    await startServer();
    const ssh = start({ transport, keepOpen: true });

    expect(await run(ssh, 'n1', 'echo out; echo err >&2; exit 255')).toEqual({
      outcome: { kind: 'finished', code: 255 },
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect((await run(ssh, 'n1', 'kill -TERM $$')).outcome).toEqual({ kind: 'finished', signal: 'TERM' });
    expect(notices).toEqual([]);
  });

  it.each(transports)('a command that runs too long gets its signal at once, by %s', async (transport) => {
    await startServer();
    const ssh = start({ transport, keepOpen: true });
    await run(ssh, 'n1', 'true');
    const task = {
      command: "trap 'echo got TERM; exit 7' TERM; while :; do sleep 0.1; done",
      timeoutMs: 1000,
    };

    // to root's sessions too: 9.2 sends none there, and a second session has to end the group
    expect(await run(ssh, 'n1', task)).toMatchObject({
      outcome: { kind: 'timed-out', remote: 'ended' },
      stdout: 'got TERM\n',
    });
  });

  it('a server that has post-quantum key exchange alone is reached through an ssh that has it', async () => {
    await startServer({ config: ['KexAlgorithms mlkem768x25519-sha256'] });

    expect((await run(start(), 'n1', 'true')).outcome).toEqual(finished);
    expect(notices).toEqual([
      expect.stringMatching(/^no matching key exchange algorithm.*; using the system's ssh$/),
    ]);
  });

  it('a server that has post-quantum key exchange alone is named where no ssh can speak to it', async () => {
    await startServer({ config: ['KexAlgorithms mlkem768x25519-sha256'] });
    // as the ssh of Debian 12 is
    const older = join(server.folder, 'older-ssh');
    const offer = 'KexAlgorithms=sntrup761x25519-sha512@openssh.com,curve25519-sha256';
    writeFileSync(older, `#!/bin/sh\nexec '${newer!.bin}/ssh' -o ${offer} "$@"\n`, { mode: 0o755 });

    for (const path of [older, undefined]) {
      const { outcome } = await run(start({ sshProgram: { path } }), 'n1', 'true');
      await executor?.close();

      expect(outcome).toMatchObject({
        kind: 'not-started',
        phase: 'key-exchange',
        reason: 'no-common-algorithm',
        message: expect.stringMatching(/^no matching key exchange/) as string,
      });
    }
  });

  it.each(transports)(
    'a penalty is told and waited for, and is not made longer, by %s',
    async (transport) => {
      await startServer({ config: ['PerSourcePenalties authfail:6s min:6s max:60s'] });
      const wrongKey = [['IdentityFile', join(server.folder, 'host_ed25519')]] as const;
      writeFileSync(
        join(server.folder, 'with_wrong_key'),
        readFileSync(server.sshConfigPath, 'utf8').replace(/IdentityFile .*/, 'IdentityFile none'),
      );
      const configFile = join(server.folder, 'with_wrong_key');
      const fail = await run(start({ transport, configFile, options: wrongKey }), 'n1', 'true');
      await executor?.close();
      expect(fail.outcome).toMatchObject({ reason: 'auth-failed' });

      // sshd learns of the failure a moment after the client does
      let hurried = fail;
      await eventually('the penalty holds', async () => {
        hurried = await run(start({ transport, connectTimeoutMs: 1000 }), 'n1', 'true');
        await executor?.close();
        return hurried.outcome.kind === 'not-started';
      });
      notices.length = 0;
      const patient = await run(start({ transport, connectTimeoutMs: 30_000 }), 'n1', 'true');

      expect(hurried.outcome).toMatchObject({
        kind: 'not-started',
        reason: 'server-busy',
        message: 'server said: Not allowed at this time',
        hint: expect.stringContaining('PerSourcePenalties') as string,
      });
      expect(patient.outcome).toEqual(finished);
      expect(notices).toEqual(['server said: Not allowed at this time; trying again']);
    },
  );

  it('failed logins of the same run are no more than one a node', async () => {
    // two would be over the limit: nobody could log in for a minute
    await startServer({ config: ['PerSourcePenalties authfail:30s min:45s'] });
    const ssh = start({ user: 'nobody-of-that-name' });

    expect((await run(ssh, 'n1', 'true')).outcome).toMatchObject({ reason: 'auth-failed' });
    await ssh.close();
    expect((await run(start(), 'n1', 'true')).outcome).toEqual(finished);
  });

  it.each(transports)(
    'a connection whose processes are all killed leaves the state unknown, by %s',
    async (transport) => {
      await startServer();
      const ssh = start({ transport, keepOpen: true });
      const begun = Promise.withResolvers<void>();
      const running = ssh.execute(
        'n1',
        { command: 'echo begun; sleep 30' },
        { write: () => begun.resolve() },
        new AbortController().signal,
      );
      await begun.promise;

      for (const pid of connections()) killTree(pid);

      expect(await running).toMatchObject({ kind: 'unknown' });
      expect((await run(ssh, 'n1', 'true')).outcome).toEqual(finished);
    },
  );

  it('a connection whose monitor alone is killed goes on to the end of its command', async () => {
    await startServer();
    const ssh = start();
    const go = join(server.folder, 'go');
    const begun = Promise.withResolvers<void>();
    let stdout = '';
    const running = ssh.execute(
      'n1',
      { command: `echo begun; until [ -e ${go} ]; do sleep 0.05; done; echo done` },
      {
        write(_stream, chunk) {
          stdout += chunk.toString();
          begun.resolve();
        },
      },
      new AbortController().signal,
    );
    await begun.promise;

    const [monitor] = connections();
    process.kill(monitor!, 'SIGKILL');
    await eventually('the monitor is gone', () => connections().length === 0);
    writeFileSync(go, '');

    expect(await running).toEqual(finished);
    expect(stdout).toBe('begun\ndone\n');
  });
});

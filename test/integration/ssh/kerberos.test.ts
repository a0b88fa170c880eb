import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SshExecutor, SshOptions } from '../../../src/ssh/executor.ts';
import { findKerberos, startRealm, type TestRealm } from '../../support/kerberos.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { eventually, run, sshExecutor } from './run-over-ssh.ts';

const sshd = findTool('sshd', 'openssh-server');
const kerberos = findKerberos();

const finished = { kind: 'finished', code: 0 };
/** Distributions turn GSSAPI on for everybody; where this one does not there is nothing to test. */
const systemFile = '/etc/ssh/ssh_config';
const systemWide =
  existsSync(systemFile) && /^\s*GSSAPIAuthentication yes/m.test(readFileSync(systemFile, 'utf8'));

describe.skipIf(sshd === undefined || !kerberos)('logging in with a Kerberos ticket', () => {
  let realm: TestRealm;
  let server: TestSshd;
  let executor: SshExecutor | undefined;
  let configPath: string;
  const questions: string[] = [];
  const notices: string[] = [];
  const { username } = userInfo();

  beforeAll(async () => {
    realm = await startRealm();
    server = await startSshd({
      nodes: 1,
      env: realm.serverEnv,
      // the name of this machine is not in the realm
      config: [
        'GSSAPIAuthentication yes',
        'GSSAPIStrictAcceptorCheck no',
        'PermitRootLogin yes',
        'PasswordAuthentication yes',
      ],
    });
    // the service is known by its name, host/localhost
    const known = readFileSync(server.knownHostsPath, 'utf8').replace('127.1.0.1', 'localhost');
    appendFileSync(server.knownHostsPath, known);
    configPath = join(server.folder, 'for_kerberos');
  });
  afterAll(async () => {
    await server.stop();
    await realm.stop();
  });
  beforeEach(() => realm.dropTicket());
  afterEach(async () => {
    await executor?.close();
    executor = undefined;
    questions.length = 0;
    notices.length = 0;
  });

  /** @param lines what is tested, from line 1 on */
  function start(lines: readonly string[], options: Partial<SshOptions> = {}): SshExecutor {
    writeFileSync(
      configPath,
      [
        ...lines,
        'HostName localhost',
        'AddressFamily inet',
        `Port ${server.port}`,
        `User ${username}`,
        'IdentityAgent none',
        `UserKnownHostsFile ${server.knownHostsPath}`,
        'StrictHostKeyChecking yes',
        '',
      ].join('\n'),
    );
    executor = sshExecutor(
      { folder: server.folder, sshConfigPath: configPath },
      {
        env: { PATH: process.env['PATH'], ...realm.env },
        onNotice: (_node, text) => notices.push(text),
        ...options,
      },
    );
    return executor;
  }
  const gssapi = 'GSSAPIAuthentication yes';
  const gssapiLine = () => `gssapiauthentication yes (${configPath}:1)`;
  const noKey = 'IdentityFile none';
  const key = () => `IdentityFile ${server.identityPath}`;
  const whoever = {
    async ask(question: string) {
      questions.push(question);
      return undefined;
    },
  };

  it('is done by the system’s ssh where the configuration asks for it', async () => {
    realm.getTicket();
    const ssh = start([gssapi, key()]);

    expect(await ssh.transportOf('node')).toEqual({ transport: 'openssh', because: [gssapiLine()] });
    expect(await run(ssh, 'node', 'echo in')).toMatchObject({ outcome: finished, stdout: 'in\n' });
  });

  it('leaves nodes to the built-in client as long as there is no ticket', async () => {
    const ssh = start([gssapi, key()]);

    expect(await ssh.transportOf('node')).toEqual({
      transport: 'ssh2',
      because: [`${gssapiLine()} would need a Kerberos ticket`],
    });
    expect((await run(ssh, 'node', 'true')).outcome).toEqual(finished);
  });

  it.each([
    [
      'is missing',
      'there is no Kerberos ticket',
      'Get a ticket: kinit',
      /Kerberos: No Kerberos credentials available/,
    ],
    ['has expired', 'the Kerberos ticket has expired', 'Get a new ticket: kinit', /Kerberos: Ticket expired/],
  ])('says that the ticket %s', async (what, ours, hint, theirs) => {
    if (what === 'has expired') {
      realm.getTicket('-l', '1s');
      await eventually('the ticket expires', () => !hasTicket(realm));
    }

    const auto = await run(start([gssapi, noKey]), 'node', 'true');
    await executor?.close();
    const openssh = await run(start([gssapi, noKey], { transport: 'openssh' }), 'node', 'true');

    expect(auto.outcome).toEqual({
      kind: 'not-started',
      phase: 'auth',
      reason: 'auth-failed',
      message: expect.stringMatching(
        new RegExp(
          `^authentication failed for ${username} \\(nothing to try; server accepts: .*gssapi-with-mic`,
        ),
      ) as string,
      hint,
      retryable: false,
    });
    expect((auto.outcome as { message: string }).message).toContain(`; ${gssapiLine()}: ${ours})`);
    expect(openssh.outcome).toMatchObject({
      reason: 'auth-failed',
      message: expect.stringMatching(theirs) as string,
      hint: 'Look at the ticket with klist; kinit gets a new one.',
    });
  });

  it('takes the ticket along with GSSAPIDelegateCredentials, or says that it cannot', async () => {
    realm.getTicket('-f');
    const lines = [gssapi, 'GSSAPIDelegateCredentials yes', key()];
    const delegation = `gssapidelegatecredentials yes (${configPath}:2)`;

    const ssh = start(lines);
    expect((await ssh.transportOf('node')).because).toEqual([delegation]);
    // the delegated ticket lies in a file of its own, which the session is told of
    const { stdout } = await run(ssh, 'node', `KRB5_CONFIG=${realm.env['KRB5_CONFIG']} klist`);
    await executor?.close();

    expect(stdout).toContain(`Default principal: ${realm.principal}`);
    expect((await run(start(lines, { transport: 'ssh2' }), 'node', 'true')).outcome).toMatchObject({
      phase: 'config',
      message: `ssh_config asks for ${delegation}`,
    });
  });

  it('is named as the way that --transport ssh2 leaves out', async () => {
    realm.getTicket();

    expect((await run(start([gssapi, noKey], { transport: 'ssh2' }), 'node', 'true')).outcome).toMatchObject({
      reason: 'auth-failed',
      message: expect.stringContaining('only the system’s ssh can use the Kerberos ticket') as string,
      hint: 'Leave out --transport ssh2.',
    });
  });

  it('is left alone where PreferredAuthentications leaves it out', async () => {
    realm.getTicket();
    const ssh = start([gssapi, 'PreferredAuthentications publickey', key()]);

    expect((await ssh.transportOf('node')).transport).toBe('ssh2');
  });

  describe.skipIf(!systemWide)('turned on by the distribution for everybody', () => {
    const include = `Include ${systemFile}`;

    it('comes after the keys, without a word', async () => {
      realm.getTicket();
      const ssh = start([key(), include], { prompter: whoever });

      expect((await ssh.transportOf('node')).transport).toBe('ssh2');
      expect((await run(ssh, 'node', 'true')).outcome).toEqual(finished);
      expect(notices).toEqual([]);
    });

    it('comes before any question', async () => {
      realm.getTicket();
      const ssh = start([noKey, include], { prompter: whoever });

      expect((await run(ssh, 'node', 'true')).outcome).toEqual(finished);
      expect(questions).toEqual([]);
      expect(notices).toEqual([
        expect.stringMatching(
          /^a Kerberos ticket is there \(gssapiauthentication yes \(\/etc\/ssh\/ssh_config:\d+\)\); using the system's ssh$/,
        ),
      ]);
    });

    it('changes nothing of what is asked where there is no ticket', async () => {
      const ssh = start([noKey, include], { prompter: whoever });

      expect((await run(ssh, 'node', 'true')).outcome).toMatchObject({ reason: 'auth-failed' });
      expect(questions).toHaveLength(1);
    });
  });
});

function hasTicket({ env }: TestRealm): boolean {
  try {
    // klist takes a ticket for expired a second before the server does
    execFileSync(findTool('kvno', 'krb5-user')!, ['-q', 'host/localhost'], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

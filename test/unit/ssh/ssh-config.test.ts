import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionSettings } from '../../../src/ssh/settings.ts';
import { createSshConfig, type SshConfigOptions } from '../../../src/ssh/ssh-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssh-config-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function settings(
  text: string,
  options: Partial<SshConfigOptions> = {},
  node = 'web1',
): Promise<ConnectionSettings> {
  const configFile = join(folder, 'config');
  writeFileSync(configFile, text);
  return createSshConfig({ env: {}, home: '/home/u', localUser: 'u', configFile, ...options }).settingsFor(
    node,
  );
}

describe('ssh_config', () => {
  it('names file, line and remedy of a mistake', async () => {
    await expect(settings('User a\n\nUsre b\n')).rejects.toMatchObject({
      message: `${folder}/config:3: unknown keyword "usre"`,
      hint: 'ssh refuses it too; IgnoreUnknown allows it.',
      code: 'SSH_CONFIG',
      exitCode: 2,
    });
    await expect(settings('Host a\n  Port x\nHost *\n  Port 99999\n')).rejects.toMatchObject({
      message: `${folder}/config:4: not a port number: 99999`,
    });
    await expect(settings('', { options: [['Prot', '1']] })).rejects.toMatchObject({
      message: '-o Prot: unknown keyword "prot"',
    });
  });

  it('names a file that is asked for and does not exist', async () => {
    const config = createSshConfig({ env: {}, home: '/', localUser: 'u', configFile: '/nowhere/config' });

    await expect(config.settingsFor('a')).rejects.toThrow('/nowhere/config: no such file');
  });

  it('refuses nesting without end', async () => {
    await expect(settings(`Include ${folder}/config`)).rejects.toThrow('Include nested more than 16 deep');
  });

  it('expands identity files, the agent and known_hosts', async () => {
    const found = await settings(
      'HostName h.x\nUser r\nIdentityFile ~/.ssh/%r@%h\nIdentityFile ${K}/%n\nIdentityAgent $A\nUserKnownHostsFile %d/k ~/l\n',
      { env: { K: '/k', A: '/agent' } },
    );

    expect(found.identityFiles).toEqual([
      { path: '/home/u/.ssh/r@h.x', explicit: true },
      { path: '/k/web1', explicit: true },
    ]);
    expect(found.identityAgent).toBe('/agent');
    expect(found.userKnownHostsFiles).toEqual(['/home/u/k', '/home/u/l']);
  });

  it.each([
    ['', { SSH_AUTH_SOCK: '/a' }, '/a'],
    ['IdentityAgent SSH_AUTH_SOCK', { SSH_AUTH_SOCK: '/a' }, '/a'],
    ['IdentityAgent none', { SSH_AUTH_SOCK: '/a' }, undefined],
    ['IdentityAgent ~/agent', {}, '/home/u/agent'],
    ['', { SSH_AUTH_SOCK: '' }, undefined],
  ])('finds the agent: %j', async (text, env, expected) => {
    expect((await settings(text, { env })).identityAgent).toBe(expected);
  });

  it('refuses to put a hostile name into the shell of ProxyCommand', async () => {
    const text = 'ProxyCommand nc %h %p\nHostName $(x)';

    await expect(settings(text)).rejects.toThrow(`refusing to put "$(x)" into ProxyCommand's shell`);
  });

  it.each([
    ['CertificateFile /c', 'certificatefile /c'],
    ['PKCS11Provider /p', 'pkcs11provider /p'],
    ['KnownHostsCommand /x %h', 'knownhostscommand /x %h'],
    ['RevokedHostKeys /r', 'revokedhostkeys /r'],
    ['VerifyHostKeyDNS ask', 'verifyhostkeydns ask'],
    ['PubkeyAcceptedAlgorithms ssh-ed25519', 'pubkeyacceptedalgorithms ssh-ed25519'],
    ['RekeyLimit 1G', 'rekeylimit 1G'],
    ['CanonicalizeHostname yes', 'canonicalizehostname yes'],
    ['KexAlgorithms sntrup761x25519-sha512@openssh.com', 'kexalgorithms sntrup761x25519-sha512@openssh.com'],
  ])('never ignores %j', async (line, need) => {
    expect((await settings(`User a\n${line}\n`)).needsOpenSsh).toEqual([`${need} (${folder}/config:2)`]);
  });

  it.each([
    ['RemoteCommand tmux', 'remotecommand tmux'],
    ['SessionType none', 'sessiontype none'],
  ])('knows that %j leaves no room for a command', async (line, why) => {
    expect((await settings(`User a\n${line}\n`)).leavesNoCommand).toEqual([`${why} (${folder}/config:2)`]);
  });

  it.each([
    'PKCS11Provider none',
    'VerifyHostKeyDNS no',
    'CanonicalizeHostname no',
    'RemoteCommand none',
    'SessionType default',
  ])('takes %j for what it is: nothing asked', async (line) => {
    expect(await settings(line)).toMatchObject({ needsOpenSsh: [], leavesNoCommand: [] });
  });

  it('changes the algorithms as told', async () => {
    expect((await settings('Ciphers aes256-ctr,unknown')).ciphers).toEqual(['aes256-ctr']);
    expect((await settings('Ciphers ^aes256-ctr')).ciphers[0]).toBe('aes256-ctr');
    expect((await settings('Ciphers +aes128-cbc')).ciphers.at(-1)).toBe('aes128-cbc');
    expect((await settings('Ciphers -*gcm*,chacha*')).ciphers).toEqual([
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
    ]);
  });

  it('names what is passed over, and a host that is not to be connected to', async () => {
    expect((await settings('RequestTTY force\nLocalForward 1 b:2\nControlMaster no')).passedOver).toEqual([
      `requesttty force (${folder}/config:1)`,
      `localforward 1 b:2 (${folder}/config:2)`,
    ]);
    expect((await settings('RefuseConnection "gone since May"')).refusesConnection).toBe(
      `refuseconnection "gone since May" (${folder}/config:1)`,
    );
  });

  it('knows whether a Kerberos ticket comes first, and what the node is given', async () => {
    const first = `gssapiauthentication yes (${folder}/config:1)`;

    expect((await settings('GSSAPIAuthentication yes')).gssapi).toEqual({
      line: first,
      first: true,
      delegation: undefined,
    });
    expect(
      (await settings('GSSAPIAuthentication yes\nGSSAPIDelegateCredentials yes')).gssapi?.delegation,
    ).toBe(`gssapidelegatecredentials yes (${folder}/config:2)`);
    expect((await settings('GSSAPIAuthentication no')).gssapi).toBeUndefined();
    expect((await settings('')).gssapi).toBeUndefined();
    await expect(settings('SendEnv A=b')).rejects.toThrow(':1: not a name for SendEnv: A=b');
    await expect(settings('SetEnv A')).rejects.toThrow(':1: not NAME=value in SetEnv: A');
  });

  it('orders the ways to log in', async () => {
    expect((await settings('')).authentications).toEqual(['publickey', 'keyboard-interactive', 'password']);
    expect(
      (await settings('PreferredAuthentications password,gssapi-with-mic,publickey')).authentications,
    ).toEqual(['password', 'publickey']);
    expect((await settings('PasswordAuthentication no\nPubkeyAuthentication no')).authentications).toEqual([
      'keyboard-interactive',
    ]);
  });
});

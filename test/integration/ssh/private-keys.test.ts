import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPassphraseError, parsePrivateKey } from '../../../src/ssh/ssh2-keys.ts';
import { openPseudoTerminal } from '../../support/pseudo-terminal.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd } from '../../support/sshd.ts';
import { transports } from './run-over-ssh.ts';

const sshKeygen = findTool('ssh-keygen', 'openssh-client');
const sshd = findTool('sshd', 'openssh-server');
const python3 = findTool('python3', 'python3');
const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));

describe.skipIf(sshKeygen === undefined)('private keys made by ssh-keygen', () => {
  let folder: string;
  let count = 0;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keys-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function make(...words: readonly string[]): { file: Buffer; publicKey: string } {
    count += 1;
    const path = join(folder, `key-${count}`);
    execFileSync(sshKeygen!, ['-q', ...words, '-f', path]);
    return { file: readFileSync(path), publicKey: readFileSync(`${path}.pub`, 'utf8').split(' ')[1]! };
  }
  async function publicPart(file: Buffer, passphrase?: string): Promise<string> {
    const key = await parsePrivateKey(file, passphrase);
    if (key instanceof Error) throw key;
    return key.getPublicSSH().toString('base64');
  }

  it.each([
    'aes128-ctr',
    'aes256-ctr',
    'aes192-cbc',
    'aes256-cbc',
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
  ])('encrypted with %s are opened by their passphrase alone', async (cipher) => {
    const { file, publicKey } = make('-t', 'ed25519', '-Z', cipher, '-a', '2', '-N', 'öpen sesame');

    expect(await publicPart(file, 'öpen sesame')).toBe(publicKey);
    for (const passphrase of ['wrong', undefined]) {
      const error = await parsePrivateKey(file, passphrase);
      expect(error instanceof Error && isPassphraseError(error)).toBe(true);
    }
  });

  it.each([
    ['rsa', ['-b', '2048']],
    ['ecdsa', ['-b', '384']],
    ['ed25519', []],
  ])('of type %s are read in each form', async (type, more) => {
    for (const form of ['RFC4716', 'PEM', 'PKCS8']) {
      for (const passphrase of ['', 'open sesame']) {
        const { file, publicKey } = make('-t', type, ...more, '-m', form, '-a', '2', '-N', passphrase);

        expect(await publicPart(file, passphrase === '' ? undefined : passphrase)).toBe(publicKey);
      }
    }
  });

  it('encrypted in PKCS#8 form ask for their passphrase', async () => {
    const { file } = make('-t', 'rsa', '-b', '2048', '-m', 'PKCS8', '-N', 'open sesame');

    for (const passphrase of ['wrong', undefined]) {
      const error = await parsePrivateKey(file, passphrase);
      expect(error instanceof Error && isPassphraseError(error)).toBe(true);
    }
  });

  it('are opened in another thread: this one goes on meanwhile', async () => {
    const { file, publicKey } = make('-t', 'ed25519', '-a', '30', '-N', 'open sesame');
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);

    expect(await publicPart(file, 'open sesame')).toBe(publicKey);

    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });
});

describe.skipIf(sshd === undefined || python3 === undefined).each(transports)(
  'the passphrase of a key, by %s',
  (transport) => {
    it('is asked for at the terminal, once for all nodes', async () => {
      const server = await startSshd({ nodes: 3 });
      const key = join(server.folder, 'locked');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', key]);
      writeFileSync(join(server.folder, 'authorized_keys'), readFileSync(`${key}.pub`));
      const terminal = openPseudoTerminal(
        python3!,
        [program, '--transport', transport, '-o', `-oIdentityFile=${key}`, '-w', 'n[1-3]', 'echo in'],
        server.env,
      );

      await terminal.shows(`Enter passphrase for key '${key}': `);
      terminal.press('open sesame\r');
      const { code, shown } = await terminal.ends();

      expect(shown.match(/^n[1-3]: in$/gm)).toHaveLength(3);
      expect(shown).not.toContain('sesame');
      expect(code).toBe(0);
      await server.stop();
    });
  },
);

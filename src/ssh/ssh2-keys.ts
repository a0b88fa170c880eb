import { createPrivateKey, sign as signWith } from 'node:crypto';
import type { BaseAgent, ParsedKey } from 'ssh2';
import type { AgentClient, AgentKey } from './agent-client.ts';
import { decryptOpenSshKey, WrongPassphrase } from './openssh-key-file.ts';
import { convertPkcs8 } from './pkcs8-key.ts';
import { readString } from './ssh-wire.ts';
import { loadSsh2 } from './ssh2-library.ts';
import { certificateSigner, isCertificate, rawKeyAgent } from './ssh2-raw-keys.ts';

/** A private key, read once and used for any number of logins. */
export type PrivateKey = ParsedKey;

/** Reads a private key; undefined passphrase for one that has none. @returns an Error when it cannot be read */
export async function parsePrivateKey(bytes: Buffer, passphrase?: string): Promise<PrivateKey | Error> {
  const { utils } = await loadSsh2();
  let readable;
  try {
    readable = convertPkcs8(bytes, passphrase);
    // ssh2 would derive the key on this thread
    if (passphrase !== undefined) readable ??= await decryptOpenSshKey(bytes, passphrase);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const parsed = readable === undefined ? utils.parseKey(bytes, passphrase) : utils.parseKey(readable);
  if (parsed instanceof Error) return parsed;
  const key = Array.isArray(parsed) ? parsed[0]! : parsed;
  if (!key.isPrivateKey()) return new Error('is not a private key');
  return withKeptKey(key);
}

/** The key is encrypted, and this is not its passphrase. */
export function isPassphraseError(error: Error): boolean {
  return (
    error instanceof WrongPassphrase ||
    /passphrase|encrypted|integrity check failed|bad decrypt/i.test(error.message)
  );
}

/** The wire form of a public key, from a `.pub` file or an agent; undefined when ssh2 cannot use it. */
export async function parsePublicKey(bytes: Buffer): Promise<Buffer | undefined> {
  const { utils } = await loadSsh2();
  const parsed = utils.parseKey(bytes);
  if (parsed instanceof Error) return undefined;
  return (Array.isArray(parsed) ? parsed[0]! : parsed).getPublicSSH();
}

/**
 * An agent for ssh2 that has one key only: the library itself would go through all of them and burn the server's
 * attempts. Undefined for keys of a type nobody knows here.
 */
export async function oneKeyAgent(client: AgentClient, agentKey: AgentKey): Promise<BaseAgent | undefined> {
  const { BaseAgent, utils } = await loadSsh2();
  if (isCertificate(agentKey.blob) || agentKey.type.startsWith('sk-')) {
    return rawKeyAgent({ blob: agentKey.blob, sign: (data) => client.sign(agentKey.blob, data, 'sha512') });
  }
  const parsed = utils.parseKey(agentKey.blob);
  if (parsed instanceof Error) return undefined;
  const key = Array.isArray(parsed) ? parsed[0]! : parsed;
  class OneKeyAgent extends BaseAgent<ParsedKey> {
    override getIdentities(done: (error?: Error | null, keys?: ParsedKey[]) => void): void {
      done(undefined, [key]);
    }
    override sign(
      _key: ParsedKey,
      data: Buffer,
      options: unknown,
      done?: (error?: Error | null, signature?: Buffer) => void,
    ): void {
      const { hash } = typeof options === 'object' && options !== null ? (options as { hash?: string }) : {};
      const finish = (typeof options === 'function' ? options : done) as NonNullable<typeof done>;
      client.sign(agentKey.blob, data, hash).then(
        (signature) => finish(undefined, readString(signature, 4 + readString(signature, 0).length)),
        (error: Error) => finish(error),
      );
    }
  }
  return new OneKeyAgent();
}

/** A certificate in a `-cert.pub` file, signed for by its private key; undefined when the text is none. */
export async function certificateAgent(text: Buffer, key: PrivateKey): Promise<BaseAgent | undefined> {
  const blob = Buffer.from(text.toString('latin1').trim().split(/\s+/)[1] ?? '', 'base64');
  if (blob.length < 8 || !isCertificate(blob)) return undefined;
  return rawKeyAgent({ blob, sign: certificateSigner(key) });
}

/** ssh2 hands the PEM text to OpenSSL at each signature, which parses it anew: 0.6 ms of 0.65. */
function withKeptKey(key: ParsedKey): ParsedKey {
  const digests: Readonly<Record<string, string | null>> = {
    'ssh-ed25519': null,
    'ssh-rsa': 'sha1',
    'ecdsa-sha2-nistp256': 'sha256',
    'ecdsa-sha2-nistp384': 'sha384',
    'ecdsa-sha2-nistp521': 'sha512',
  };
  const digest = digests[key.type];
  if (digest === undefined) return key;
  const kept = createPrivateKey(key.getPrivatePEM());
  key.sign = (data: Buffer | string, algorithm?: string) =>
    signWith(algorithm ?? digest, Buffer.from(data), kept);
  return key;
}

import { createDecipheriv, type DecipherGCM } from 'node:crypto';
import { deriveKey } from './derive-key.ts';
import { readString, sshString } from './ssh-wire.ts';

/** The key is encrypted and was not opened. */
export class WrongPassphrase extends Error {
  override readonly name = 'WrongPassphrase';
}

interface Cipher {
  readonly keyBytes: number;
  readonly ivBytes: number;
  /** Bytes behind the ciphertext that prove it. */
  readonly tagBytes: number;
  /** OpenSSL's name. */
  readonly name: string;
}

const ciphers: Readonly<Record<string, Cipher>> = {
  'aes128-ctr': { name: 'aes-128-ctr', keyBytes: 16, ivBytes: 16, tagBytes: 0 },
  'aes192-ctr': { name: 'aes-192-ctr', keyBytes: 24, ivBytes: 16, tagBytes: 0 },
  'aes256-ctr': { name: 'aes-256-ctr', keyBytes: 32, ivBytes: 16, tagBytes: 0 },
  'aes128-cbc': { name: 'aes-128-cbc', keyBytes: 16, ivBytes: 16, tagBytes: 0 },
  'aes192-cbc': { name: 'aes-192-cbc', keyBytes: 24, ivBytes: 16, tagBytes: 0 },
  'aes256-cbc': { name: 'aes-256-cbc', keyBytes: 32, ivBytes: 16, tagBytes: 0 },
  'aes128-gcm@openssh.com': { name: 'aes-128-gcm', keyBytes: 16, ivBytes: 12, tagBytes: 16 },
  'aes256-gcm@openssh.com': { name: 'aes-256-gcm', keyBytes: 32, ivBytes: 12, tagBytes: 16 },
  // its second half would be for lengths, which a file does not hide (PROTOCOL.chacha20poly1305)
  'chacha20-poly1305@openssh.com': { name: 'chacha20', keyBytes: 64, ivBytes: 0, tagBytes: 16 },
};

const magic = Buffer.from('openssh-key-v1\0');
const armour = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/;

/**
 * Takes the encryption off OpenSSH's own private key form (PROTOCOL.key). Undefined when the file has another form, is
 * not encrypted, or with a cipher that is not known here. Rejects with WrongPassphrase.
 */
export async function decryptOpenSshKey(file: Buffer, passphrase: string): Promise<Buffer | undefined> {
  const body = Buffer.from(armour.exec(file.toString('latin1'))?.[1] ?? '', 'base64');
  if (!body.subarray(0, magic.length).equals(magic)) return undefined;
  let at = magic.length;
  const next = (): Buffer => {
    const value = readString(body, at);
    at += 4 + value.length;
    return value;
  };
  const cipher = ciphers[next().toString('latin1')];
  const kdf = next().toString('latin1');
  const options = next();
  const count = body.subarray(at, at + 4);
  at += 4;
  const publicKey = next();
  const secret = next();
  if (cipher === undefined || kdf !== 'bcrypt') return undefined;
  const salt = readString(options, 0);
  const material = await deriveKey({
    passphrase: Buffer.from(passphrase, 'utf8'),
    salt,
    rounds: options.readUInt32BE(4 + salt.length),
    length: cipher.keyBytes + cipher.ivBytes,
  });
  const plain = decrypt(cipher, material, secret, body.subarray(at, at + cipher.tagBytes));
  // the same random number twice tells a right passphrase
  if (plain === undefined || plain.length < 8 || !plain.subarray(0, 4).equals(plain.subarray(4, 8))) {
    throw new WrongPassphrase('the passphrase does not open it');
  }
  const opened = [magic, sshString('none'), sshString('none'), sshString(''), count];
  return armoured(Buffer.concat([...opened, sshString(publicKey), sshString(plain)]));
}

function decrypt(cipher: Cipher, material: Buffer, secret: Buffer, tag: Buffer): Buffer | undefined {
  const key = material.subarray(0, cipher.name === 'chacha20' ? 32 : cipher.keyBytes);
  // OpenSSL's ChaCha20 takes the block number, here 1, before the nonce, here 0
  const iv =
    cipher.name === 'chacha20'
      ? Buffer.concat([Buffer.from([1]), Buffer.alloc(15)])
      : material.subarray(cipher.keyBytes);
  try {
    const decipher = createDecipheriv(cipher.name, key, iv);
    decipher.setAutoPadding(false);
    if (cipher.name.endsWith('gcm')) (decipher as DecipherGCM).setAuthTag(tag);
    return Buffer.concat([decipher.update(secret), decipher.final()]);
  } catch {
    return undefined; // not authentic: the passphrase is wrong, or the file is damaged
  }
}

function armoured(body: Buffer): Buffer {
  const lines = body.toString('base64').replaceAll(/.{70}/g, '$&\n');
  return Buffer.from(`-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`);
}

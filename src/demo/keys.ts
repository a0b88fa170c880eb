import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** An ed25519 key as OpenSSH writes it. */
export interface KeyPair {
  /** The private key file's text (`openssh-key-v1`, without a passphrase). */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly publicKey: string;
}

const keyType = 'ssh-ed25519';

/**
 * A new key. Written here because neither PKCS#8 nor JWK is read by every OpenSSH; the format is OpenSSH's
 * PROTOCOL.key: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export function makeKeyPair(comment: string): KeyPair {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const publicBytes = Buffer.from(jwk.x!, 'base64url');
  const secretBytes = Buffer.from(jwk.d!, 'base64url');
  const publicBlob = Buffer.concat([field(keyType), field(publicBytes)]);
  const check = randomBytes(4);
  const secrets = Buffer.concat([
    check,
    check,
    field(keyType),
    field(publicBytes),
    field(Buffer.concat([secretBytes, publicBytes])),
    field(comment),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (secrets.length % 8)) % 8 }, (_, at) => at + 1));
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    Buffer.from([0, 0, 0, 1]),
    field(publicBlob),
    field(Buffer.concat([secrets, padding])),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g)!;
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `${keyType} ${publicBlob.toString('base64')}`,
  };
}

/** SSH's string: four bytes of length, then the bytes. */
function field(content: string | Buffer): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

import { createPrivateKey } from 'node:crypto';
import { sshString, uint32 } from './ssh-wire.ts';
import { WrongPassphrase } from './openssh-key-file.ts';

const begin = /-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/;

/**
 * A PKCS#8 key (`ssh-keygen -m PKCS8`) in a form that ssh2 reads; undefined when the file has another form.
 * @throws WrongPassphrase when it is encrypted and the passphrase does not open it
 */
export function convertPkcs8(file: Buffer, passphrase: string | undefined): Buffer | undefined {
  const found = begin.exec(file.toString('latin1'));
  if (found === null) return undefined;
  if (found[1] !== undefined && passphrase === undefined) throw new WrongPassphrase('it is encrypted');
  let key;
  try {
    key = createPrivateKey({ key: file, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    if (found[1] !== undefined) throw new WrongPassphrase('the passphrase does not open it');
    throw error;
  }
  if (key.asymmetricKeyType === 'rsa') return pem(key.export({ type: 'pkcs1', format: 'pem' }));
  if (key.asymmetricKeyType === 'ec') return pem(key.export({ type: 'sec1', format: 'pem' }));
  if (key.asymmetricKeyType !== 'ed25519') return undefined;
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  return ed25519File(Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url'));
}

function pem(text: string | Buffer): Buffer {
  return Buffer.from(text);
}

/** OpenSSH's own form, not encrypted (PROTOCOL.key). */
function ed25519File(secret: Buffer, publicKey: Buffer): Buffer {
  const type = sshString('ssh-ed25519');
  const blob = Buffer.concat([type, sshString(publicKey)]);
  const check = uint32(1);
  const both = sshString(Buffer.concat([secret, publicKey]));
  const fields = Buffer.concat([check, check, type, sshString(publicKey), both, sshString('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (fields.length % 8)) % 8 }, (_, index) => index + 1));
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    uint32(1),
    sshString(blob),
    sshString(Buffer.concat([fields, padding])),
  ]);
  return Buffer.from(
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`,
  );
}

import { createPrivateKey, type KeyObject, sign as signWith } from 'node:crypto';
import type { BaseAgent, ParsedKey } from 'ssh2';
import { readString, sshString, uint32 } from './ssh-wire.ts';
import { loadSsh2 } from './ssh2-library.ts';

/** A key ssh2 does not know (certificate, FIDO), with what signs for it. */
export interface RawKey {
  /** Public key in wire form. */
  readonly blob: Buffer;
  /** The whole signature: its type, then what the type asks for. */
  sign(data: Buffer): Promise<Buffer>;
}

/** Marks a key that `patchRawKeys` handles. */
const rawKeys = new WeakSet<object>();

/** An agent for ssh2 that has this key only. */
export async function rawKeyAgent(raw: RawKey): Promise<BaseAgent> {
  const { BaseAgent, utils } = await loadSsh2();
  // ssh2 takes nothing but its own keys: this one is a stranger's in the clothes of one
  const parsed = utils.parseKey(`ssh-ed25519 ${placeholder}`);
  if (parsed instanceof Error) throw parsed;
  const key = Object.create(Array.isArray(parsed) ? parsed[0]! : parsed) as ParsedKey;
  Object.assign(key, { type: authenticationName(raw.blob), getPublicSSH: () => raw.blob });
  rawKeys.add(key);
  class RawKeyAgent extends BaseAgent<ParsedKey> {
    override getIdentities(done: (error?: Error | null, keys?: ParsedKey[]) => void): void {
      done(undefined, [key]);
    }
    override sign(_key: ParsedKey, data: Buffer, options: unknown, done?: Done): void {
      const finish = (typeof options === 'function' ? options : done) as Done;
      raw.sign(data).then(
        (signature) => finish(undefined, signature),
        (error: Error) => finish(error),
      );
    }
  }
  return new RawKeyAgent();
}

type Done = (error?: Error | null, signature?: Buffer) => void;

const placeholder = Buffer.concat([sshString('ssh-ed25519'), sshString(Buffer.alloc(32, 9))]).toString(
  'base64',
);

/** The name a key goes by when logging in: with SHA-2 for RSA certificates (RFC 8332). */
function authenticationName(blob: Buffer): string {
  const type = readString(blob, 0).toString('latin1');
  return type === 'ssh-rsa-cert-v01@openssh.com' ? 'rsa-sha2-512-cert-v01@openssh.com' : type;
}

export function isCertificate(blob: Buffer): boolean {
  return readString(blob, 0).toString('latin1').endsWith('-cert-v01@openssh.com');
}

export interface ProtocolParts {
  authPK?: (user: string, key: ParsedKey, ...rest: unknown[]) => void;
  _kex?: { sessionID: Buffer };
  _authsQueue?: string[];
  _cipher?: { encrypt(packet: Buffer): void };
  _packetRW?: {
    write: { allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer };
  };
}

type Sign = (data: Buffer, send: (signature: Buffer) => void) => void;

/** Lets a client log in with raw keys: it writes their requests itself (RFC 4252, 7), others are the library's. */
export function patchRawKeys(protocol: ProtocolParts | undefined): void {
  const original = protocol?.authPK?.bind(protocol);
  if (protocol === undefined || original === undefined) return;
  protocol.authPK = (user, key, ...rest) => {
    if (!rawKeys.has(key)) return original(user, key, ...rest);
    const sign = rest.findLast((value): value is Sign => typeof value === 'function');
    const request = (signed: boolean): Buffer =>
      Buffer.concat([
        Buffer.from([50]),
        ...[user, 'ssh-connection', 'publickey'].map((text) => sshString(text)),
        Buffer.from([signed ? 1 : 0]),
        sshString(key.type),
        sshString(key.getPublicSSH()),
      ]);
    if (sign === undefined) return send(protocol, request(false));
    return sign(Buffer.concat([sshString(protocol._kex!.sessionID), request(true)]), (signature) =>
      send(protocol, Buffer.concat([request(true), sshString(signature)])),
    );
  };
}

function send(protocol: ProtocolParts, payload: Buffer): void {
  const { write } = protocol._packetRW!;
  const start = write.allocStart;
  const packet = write.alloc(payload.length);
  packet.set(payload, start);
  protocol._authsQueue!.push('publickey');
  protocol._cipher!.encrypt(write.finalize(packet));
}

/** Signs as the key of a certificate does, from its private key. */
export function certificateSigner(privateKey: ParsedKey): (data: Buffer) => Promise<Buffer> {
  const kept = createPrivateKey(privateKey.getPrivatePEM());
  const { type } = privateKey;
  return async (data) => {
    if (type === 'ssh-rsa') return signatureOf('rsa-sha2-512', signWith('sha512', data, kept));
    if (type === 'ssh-ed25519') return signatureOf(type, signWith(null, data, kept));
    return signatureOf(type, ecdsaSignature(type, data, kept));
  };
}

function signatureOf(type: string, signature: Buffer): Buffer {
  return Buffer.concat([sshString(type), sshString(signature)]);
}

/** RFC 5656, 3.1.2: two numbers; the digest follows from the curve. */
function ecdsaSignature(type: string, data: Buffer, key: KeyObject): Buffer {
  const digest = { p256: 'sha256', p384: 'sha384', p521: 'sha512' }[type.slice(-4)] ?? 'sha256';
  const both = signWith(digest, data, { key, dsaEncoding: 'ieee-p1363' });
  const half = both.length / 2;
  return Buffer.concat([mpint(both.subarray(0, half)), mpint(both.subarray(half))]);
}

function mpint(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  const bytes = number.subarray(first < 0 ? number.length : first);
  const negative = bytes.length > 0 && (bytes[0]! & 0x80) !== 0;
  const body = negative ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([uint32(body.length), body]);
}

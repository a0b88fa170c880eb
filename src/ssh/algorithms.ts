import type { ConfigLine } from './config-line.ts';
import { matchPattern } from './pattern.ts';

/**
 * What ssh2 speaks, in the order muster offers it: one short explicit list each.
 * Curve25519 first (as OpenSSH without post-quantum exchange), AES-GCM before ChaCha (10 % less CPU in OpenSSL).
 * A contract test compares these with the library.
 */
export const supportedAlgorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  hostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  mac: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
    'hmac-sha1-etm@openssh.com',
    'hmac-sha1',
  ],
} as const satisfies Record<string, readonly string[]>;

/** Spoken too, but offered only when the configuration names them. */
export const legacyAlgorithms = {
  kex: [
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group1-sha1',
  ],
  hostKey: ['ssh-rsa', 'ssh-dss'],
  cipher: ['aes128-gcm', 'aes256-gcm', 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  mac: ['hmac-md5', 'hmac-sha2-256-96', 'hmac-sha2-512-96', 'hmac-md5-96', 'hmac-sha1-96'],
} as const satisfies Record<string, readonly string[]>;

export type AlgorithmKind = keyof typeof supportedAlgorithms;

/**
 * Applies a line such as `Ciphers ^aes256-gcm@openssh.com`: `+` adds, `-` removes by pattern, `^` puts first,
 * anything else replaces. Empty when nothing of it is spoken here.
 */
export function applyAlgorithmLine(kind: AlgorithmKind, line: ConfigLine | undefined): readonly string[] {
  const defaults: readonly string[] = supportedAlgorithms[kind];
  const value = line?.words[0];
  if (value === undefined) return defaults;
  const spoken = new Set<string>([...defaults, ...legacyAlgorithms[kind]]);
  const sign = value.charAt(0);
  const names = ('+-^'.includes(sign) ? value.slice(1) : value).split(',');
  if (sign === '-') return defaults.filter((name) => !names.some((pattern) => matchPattern(name, pattern)));
  const usable = names.filter((name) => spoken.has(name));
  if (sign === '+') return [...defaults, ...usable.filter((name) => !defaults.includes(name))];
  if (sign === '^') return [...usable, ...defaults.filter((name) => !usable.includes(name))];
  return usable;
}

import crypto, { createSecretKey, type KeyObject } from 'node:crypto';
import type ssh2Types from 'ssh2';

type Library = typeof ssh2Types;

let library: Promise<Library> | undefined;

/** ssh2, loaded when the first connection is made. */
export function loadSsh2(): Promise<Library> {
  library ??= load();
  return library;
}

/** The library takes what it needs of node:crypto when it is loaded: that once it is given quicker versions. */
async function load(): Promise<Library> {
  const own = quickerCrypto();
  const usual = Object.fromEntries(Object.keys(own).map((name) => [name, crypto[name as keyof typeof own]]));
  Object.assign(crypto, own);
  try {
    return (await import('ssh2')).default;
  } finally {
    Object.assign(crypto, usual);
  }
}

/**
 * The library makes one cipher a packet, with the key as bytes, which Node 24 takes 10 µs longer to recognise than a
 * KeyObject; and asks for 4 to 16 random bytes a packet, each a system call. Together 0.8 ms of 3 a login.
 */
function quickerCrypto(): Pick<
  typeof crypto,
  'createCipheriv' | 'createDecipheriv' | 'createHmac' | 'randomFillSync'
> {
  const { createCipheriv, createDecipheriv, createHmac, randomFillSync } = crypto;
  const keys = new WeakMap<object, KeyObject>();
  const asKey = (key: unknown): unknown => {
    if (!Buffer.isBuffer(key)) return key;
    let object = keys.get(key);
    if (object === undefined) {
      object = createSecretKey(key);
      keys.set(key, object);
    }
    return object;
  };
  const withKey = <Make>(make: Make): Make =>
    ((name: string, key: unknown, ...rest: unknown[]) =>
      (make as (...args: unknown[]) => unknown)(name, asKey(key), ...rest)) as Make;
  const pool = Buffer.alloc(8192);
  let left = 0;
  const fillFromPool = ((into: Buffer, offset = 0, size = into.length - offset) => {
    if (!Buffer.isBuffer(into) || size > 64) return randomFillSync(into, offset, size);
    if (left < size) {
      randomFillSync(pool);
      left = pool.length;
    }
    pool.copy(into, offset, left - size, left);
    // bytes once given are never given again
    pool.fill(0, left - size, left);
    left -= size;
    return into;
  }) as typeof randomFillSync;
  return {
    createCipheriv: withKey(createCipheriv),
    createDecipheriv: withKey(createDecipheriv),
    createHmac: withKey(createHmac),
    randomFillSync: fillFromPool,
  };
}

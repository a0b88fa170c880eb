import { crc32 as quickly } from 'node:zlib';

/**
 * crc32 of zlib (ISO 3309) as an unsigned number; a string counts as UTF-8. `before` is the crc of the bytes that come first.
 * Short inputs, the usual line of a journal, are computed here: to load zlib costs every start 2 ms CPU.
 */
export function crc32(data: string | Buffer, before = 0): number {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return bytes.length > longest ? quickly(bytes, before) : slowly(bytes, before);
}

/** Bytes from which zlib is worth its loading. */
const longest = 4096;

let table: Uint32Array | undefined;

function slowly(bytes: Buffer, before: number): number {
  const known = (table ??= remainders());
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ known[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

/** The remainder of each byte, by the reversed polynomial of ISO 3309. */
function remainders(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    }
    return remainder;
  });
}

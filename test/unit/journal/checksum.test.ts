import { crc32 as zlibs } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/journal/checksum.ts';

describe('the checksum of a journal’s line', () => {
  it('is zlib’s, for short and long bytes, and continued', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6000 }), fc.uint8Array({ maxLength: 100 }), (first, second) => {
        const [a, b] = [Buffer.from(first), Buffer.from(second)];
        expect(crc32(a)).toBe(zlibs(a));
        expect(crc32(b, crc32(a))).toBe(zlibs(Buffer.concat([a, b])));
      }),
    );
  });

  it('counts text as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(crc32(text)).toBe(zlibs(text));
      }),
    );
  });
});

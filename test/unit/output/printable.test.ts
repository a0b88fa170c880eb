import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeVisible, makeVisibleLatin1, makeVisibleLine } from '../../../src/output/printable.ts';

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

describe('making control characters visible', () => {
  test.each([
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a\bb\u007f\0', 'a\\x08b\\x7f\\x00'],
    ['\u009b31m', '\\u009b31m'],
    ['rewrite\rme', 'rewrite\\rme'],
    ['\u202eabc\u2066\u200f\u061c', '\\u202eabc\\u2066\\u200f\\u061c'],
    ['tab\tnewline\n漢字 é 😀', 'tab\tnewline\n漢字 é 😀'],
  ])('%j is shown as %j', (text, shown) => {
    expect(makeVisible(text)).toBe(shown);
    expect(Buffer.from(makeVisibleLatin1(latin1(text)), 'latin1').toString()).toBe(shown);
  });

  test('bytes that are not UTF-8, such as an 8-bit CSI, become replacement characters', () => {
    expect(Buffer.from(makeVisibleLatin1('a\u009b31m\u00ff'), 'latin1').toString()).toBe('a\ufffd31m\ufffd');
  });

  test('names and messages stay on one line', () => {
    expect(makeVisibleLine('n1\nn2: exited\t\u001b[2K')).toBe('n1\\nn2: exited\\t\\x1b[2K');
  });

  test('whatever the bytes, nothing that acts on a terminal is left', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const shown = Buffer.from(
          makeVisibleLatin1(Buffer.from(bytes).toString('latin1')),
          'latin1',
        ).toString();

        expect(shown).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineLabeller, type LineLabellerOptions } from '../../../src/output/label-lines.ts';
import { replay } from '../../support/replay-run.ts';

function label(text: string, options: Partial<LineLabellerOptions> = {}, size = 3): string {
  const lines = createLineLabeller({ label: '> ', mend: (part) => part, ...options });
  const bytes = Buffer.from(text);
  let shown = '';
  for (let from = 0; from < bytes.length; from += size) {
    shown += lines.feed(bytes.subarray(from, from + size));
  }
  return Buffer.from(shown + lines.flush(), 'latin1').toString('utf8');
}

describe('labelling lines', () => {
  test('splits a line longer than the limit between characters', () => {
    expect(label('aaaéaa\nb', { maxLineBytes: 4 })).toBe('> aaa\n> éaa\n> b\n');
    expect(label('aaaaaaaa\nb\n', { maxLineBytes: 4 })).toBe('> aaaa\n> aaaa\n> b\n');
  });

  test('passes a long line on in parts when it may', () => {
    expect(label('aaaaaé\r\nb\n', { maxLineBytes: 4, longLines: 'continue' })).toBe('> aaaaaé\n> b\n');
    expect(label('aaaaaaaa', { maxLineBytes: 4, longLines: 'continue' })).toBe('> aaaaaaaa\n');
  });

  test('gives the same lines for any chunks and any limit when long lines may continue', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '\n', '\r\n', '\r', '漢'), { maxLength: 40 });
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 4, max: 12 }),
        (parts, size, limit) => {
          const whole = parts.join('');
          const lines = whole.split('\n');
          const last = lines.pop()!;
          const expected =
            lines.map((line) => `> ${line.replace(/\r$/, '')}\n`).join('') +
            (last === '' ? '' : `> ${last}\n`);

          expect(label(whole, { maxLineBytes: limit, longLines: 'continue' }, size)).toBe(expected);
        },
      ),
    );
  });

  test('a single node’s endless line goes through whole, those of several are split and named', async () => {
    const long = 'x'.repeat(3 * 1024 * 1024);

    expect((await replay([['n1', long]])).out).toBe(`n1: ${long}\n`);
    const several = await replay([
      ['n1', long],
      ['n2', 'y'],
    ]);
    expect(several.out.split('\n').map((line) => line.length)).toEqual([1048580, 1048580, 1048580, 5, 0]);
    expect(several.err).toBe('muster: n1: a line longer than 1 MiB was split\n');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLabelledLineReader } from '../../../src/nodetools/labelled-lines.ts';

function read(chunks: readonly string[], separator = ':'): [key: string, lines: string][] {
  const reader = createLabelledLineReader(separator);
  const read: [string, string][] = [];
  for (const chunk of chunks) {
    for (const { key, lines } of reader.feed(Buffer.from(chunk))) read.push([key, lines.toString()]);
  }
  for (const { key, lines } of reader.end()) read.push([key, lines.toString()]);
  return read;
}

describe('labelled lines', () => {
  it('hands the lines of a key on together, keys without blanks around them, texts as they are', () => {
    expect(read(['n1: a\n n2 :b\nn1:  c \n'])).toEqual([
      ['n1', ' a\n  c \n'],
      ['n2', 'b\n'],
    ]);
  });

  it('keeps the order between keys once one of them is a set, as it may hold nodes of the others', () => {
    expect(read(['n2: a\nn[1-3]: b\nn2: c\nn[1-3]: d\n'])).toEqual([
      ['n2', ' a\n'],
      ['n[1-3]', ' b\n'],
      ['n2', ' c\n'],
      ['n[1-3]', ' d\n'],
    ]);
  });

  it('ends the last line and takes CRLF for LF', () => {
    expect(read(['n1:a\r\nn1:b'])).toEqual([['n1', 'a\nb\n']]);
  });

  it('cuts at the first separator, of any length', () => {
    expect(read(['n1 => a => b\n'], ' => ')).toEqual([['n1', 'a => b\n']]);
  });

  it('does not depend on where chunks end, nor on the length of lines', () => {
    const line = fc.record({
      key: fc.constantFrom('n1', 'n2', 'n3'),
      text: fc.oneof(fc.stringMatching(/^[a-z:]{0,8}$/), fc.constant('x'.repeat(5000))),
    });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.array(fc.nat(30_000), { maxLength: 5 }),
        (lines, cuts) => {
          const text = lines.map(({ key, text }) => `${key}:${text}\n`).join('');
          const ends = [
            0,
            ...cuts.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b),
            text.length,
          ];
          const texts = new Map<string, string>();
          for (const [key, part] of read(ends.slice(1).map((end, at) => text.slice(ends[at], end)))) {
            texts.set(key, (texts.get(key) ?? '') + part);
          }

          for (const key of ['n1', 'n2', 'n3']) {
            const own = lines.filter((one) => one.key === key);
            expect(texts.get(key) ?? '').toBe(own.map(({ text }) => `${text}\n`).join(''));
          }
        },
      ),
    );
  });

  it.each([
    { text: 'n1: a\nnothing\n', message: 'line 2 has no ":": "nothing"' },
    { text: 'n1: a\n\n', message: 'line 2 has no ":": ""' },
    { text: '  : a\n', message: 'line 1 names no node before ":": "  : a"' },
  ])('refuses $text', ({ text, message }) => {
    expect(() => read([text])).toThrow(message);
  });
});

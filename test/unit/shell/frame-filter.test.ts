import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameFilter } from '../../../src/shell/frame-filter.ts';

const start = '\u001Emuster:0123456789abcdef:';
const end = '\u001E/0123456789abcdef';

function filtered(chunks: readonly Buffer[]): { text: string; frames: string[] } {
  const filter = createFrameFilter(start, end);
  const parts = chunks.flatMap((chunk) => filter.push(chunk));
  return {
    text: parts
      .flatMap((part) => (part.kind === 'text' ? [part.bytes.toString('latin1')] : []))
      .concat(filter.end().toString('latin1'))
      .join(''),
    frames: parts.flatMap((part) => (part.kind === 'frame' ? [part.body] : [])),
  };
}

describe('createFrameFilter', () => {
  it('takes a frame out and leaves the text around it', () => {
    expect(filtered([Buffer.from(`before ${start}S/tmp\0${end}after`)])).toEqual({
      text: 'before after',
      frames: ['S/tmp\0'],
    });
  });

  it('finds every frame wherever the chunks are cut', () => {
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '\u001E', 'm', '/', '\n', '0', ':') }),
      fc.constantFrom(start.slice(0, 5), end.slice(0, 4), '\u001Emuster:0'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(piece, fc.option(fc.string({ unit: fc.constantFrom('x', '\u001E', '\0') })))),
        fc.array(fc.nat({ max: 40 })),
        (stretches, cuts) => {
          const whole = stretches
            .map(([text, body]) => text + (body === null ? '' : start + body + end))
            .join('');
          const bytes = Buffer.from(whole, 'latin1');
          const chunks: Buffer[] = [];
          let at = 0;
          for (const cut of cuts) {
            chunks.push(bytes.subarray(at, at + cut));
            at += cut;
          }
          chunks.push(bytes.subarray(at));

          expect(filtered(chunks)).toEqual({
            text: stretches.map(([text]) => text).join(''),
            frames: stretches.flatMap(([, body]) => (body === null ? [] : [body])),
          });
        },
      ),
    );
  });

  it('passes text on at once unless it could begin a frame', () => {
    const filter = createFrameFilter(start, end);

    expect(filter.push(Buffer.from('live'))).toEqual([{ kind: 'text', bytes: Buffer.from('live') }]);
    expect(filter.push(Buffer.from('x\u001Emu'))).toEqual([{ kind: 'text', bytes: Buffer.from('x') }]);
    expect(filter.push(Buffer.from('ch'))).toEqual([{ kind: 'text', bytes: Buffer.from('\u001Emuch') }]);
  });

  it('does not collect a frame without bound, and finds the text after it', () => {
    const filter = createFrameFilter(start, end);
    filter.push(Buffer.from(start));
    for (let sent = 0; sent < 64; sent += 1) expect(filter.push(Buffer.alloc(65_536, 'x'))).toEqual([]);

    expect(filter.push(Buffer.from(`${end}after`))).toEqual([{ kind: 'text', bytes: Buffer.from('after') }]);
  });

  it('drops a frame that never ends', () => {
    expect(filtered([Buffer.from(`a${start}Svalue of a secret`)])).toEqual({ text: 'a', frames: [] });
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanLines, encodeLine } from '../../../src/journal/line-format.ts';

const line = (value: object): Buffer => encodeLine(JSON.stringify(value));
const records = fc.array(fc.object(), { minLength: 1, maxLength: 8 });

describe('a journal line', () => {
  it('is length, checksum and JSON', () => {
    // The checksum is the one `printf '{"a":"é"}' | gzip | tail -c8 | od -tx4` shows.
    expect(line({ a: 'é' }).toString()).toBe('10 20f000a5 {"a":"é"}\n');
  });

  it('reads back as it was written, whatever it holds', () => {
    fc.assert(
      fc.property(records, (values) => {
        const bytes = Buffer.concat(values.map(line));
        const { bodies, ...faults } = scanLines(bytes);
        expect(bodies.map(String)).toEqual(values.map((value) => JSON.stringify(value)));
        expect(faults).toEqual({});
      }),
    );
  });
});

describe('a damaged file', () => {
  it('still gives every whole record when any number of bytes is torn off its end', () => {
    fc.assert(
      fc.property(records, fc.nat(), (values, cut) => {
        const lines = values.map(line);
        const bytes = Buffer.concat(lines);
        const rest = bytes.subarray(0, bytes.length - (cut % bytes.length));
        let whole = 0;
        let size = 0;
        while (whole < lines.length && size + lines[whole]!.length <= rest.length)
          size += lines[whole++]!.length;
        const read = scanLines(rest);
        expect(read.bodies.length).toBe(whole);
        expect(read.damage).toBeUndefined();
        expect(read.torn?.line).toBe(size === rest.length ? undefined : whole + 1);
      }),
    );
  });

  it('never passes for sound when one bit is flipped, and names the line', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.nat(7), (values, at, bit) => {
        const lines = values.map(line);
        const bytes = Buffer.concat(lines);
        const offset = at % bytes.length;
        bytes[offset]! ^= 1 << bit;
        let touched = 0;
        for (let end = lines[0]!.length; end <= offset; end += lines[touched]!.length) touched += 1;
        const read = scanLines(bytes);
        expect(read.bodies.length).toBe(touched);
        expect((read.torn ?? read.damage)?.line).toBe(touched + 1);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when the fault is before its last line', () => {
    const bytes = Buffer.concat([line({ a: 1 }), Buffer.from('garbage\n'), line({ a: 2 })]);
    expect(scanLines(bytes)).toEqual({
      bodies: [Buffer.from('{"a":1}')],
      damage: { line: 2, offset: 19, what: 'not a journal line' },
    });
  });

  it('has a torn tail when zeros follow the last record, as after a loss of power', () => {
    const bytes = Buffer.concat([line({ a: 1 }), Buffer.alloc(4096)]);
    expect(scanLines(bytes).torn).toEqual({ line: 2, offset: 19, what: '4096 NUL bytes' });
  });

  it('is refused when zeros stand between records', () => {
    const bytes = Buffer.concat([line({ a: 1 }), Buffer.alloc(64), line({ a: 2 })]);
    expect(scanLines(bytes).damage).toEqual({ line: 2, offset: 19, what: 'NUL bytes' });
  });

  it('is named by what is wrong with a line', () => {
    const whatIsWrong = (text: string): string | undefined => scanLines(Buffer.from(text)).torn?.what;
    expect(whatIsWrong('7 0cd3eb1a {"a":1}')).toBe('cut off after 18 bytes');
    expect(whatIsWrong('8 0cd3eb1a {"a":1}\n')).toBe('7 bytes instead of 8');
    expect(whatIsWrong('7 0cd3eb1b {"a":1}\n')).toBe('checksum does not match');
    expect(whatIsWrong('07 0cd3eb1a {"a":1}\n')).toBe('not a journal line');
    expect(whatIsWrong('\n')).toBe('not a journal line');
  });

  it('never makes the reader throw, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { bodies, torn, damage } = scanLines(Buffer.from(bytes));
        expect(bodies.length > 0 || torn !== undefined || damage !== undefined).toBe(bytes.length > 0);
      }),
    );
  });
});

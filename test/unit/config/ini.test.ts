import { describe, expect, it } from 'vitest';
import { interpolate, mergeIni, parseIni } from '../../../src/config/ini.ts';

function plain(text: string): Record<string, Record<string, string>> {
  const sections = [...parseIni(text, 'x.conf')];
  return Object.fromEntries(
    sections.map(([name, keys]) => [
      name,
      Object.fromEntries([...keys].map(([key, { value }]) => [key, value])),
    ]),
  );
}

describe('the ini dialect of ClusterShell', () => {
  it('reads both separators, lower-cases keys and keeps the case of sections', () => {
    expect(plain('[Main]\nFanOut: 3\nmaxrc = yes\nurl: http://x=y\nempty:\n')).toEqual({
      Main: { fanout: '3', maxrc: 'yes', url: 'http://x=y', empty: '' },
    });
  });

  it('continues a value on deeper lines and skips comments inside it', () => {
    expect(plain('[a]\nmap: one\n  two\n# remark\n  ; remark\n\n  three # kept\nall: x\n')).toEqual({
      a: { map: 'one\ntwo\n\nthree # kept', all: 'x' },
    });
  });

  it('hands the values of [DEFAULT] to every section', () => {
    expect(plain('[DEFAULT]\nmap: d\nall: d\n[a]\nall: x\n')).toEqual({ a: { all: 'x', map: 'd' } });
  });

  it.each([
    ['map: x\n', 'x.conf:1: a [section] line must come before the first key'],
    ['[a]\nmap: x\nMAP: y\n', 'x.conf:3: key "map" is given twice in its section'],
    ['[a]\n\n[a]\n', 'x.conf:3: section [a] is given twice'],
    ['[a]\nnonsense\n', 'x.conf:2: expected "key: value", found "nonsense"'],
    ['[a]\n\u001b[2J\n', 'x.conf:2: expected "key: value", found "\\x1b[2J"'],
  ])('refuses %j with file and line', (text, message) => {
    expect(() => parseIni(text, 'x.conf')).toThrow(message);
  });

  it('merges documents key by key, the later one winning', () => {
    const merged = mergeIni([
      parseIni('[a]\nx: 1\ny: 1\n', 'low'),
      parseIni('[b]\nz: 2\n[a]\ny: 2\n', 'high'),
    ]);

    expect(merged.get('a')?.get('x')).toEqual({ value: '1', file: 'low', line: 2 });
    expect(merged.get('a')?.get('y')).toEqual({ value: '2', file: 'high', line: 4 });
    expect([...merged.keys()]).toEqual(['a', 'b']);
  });

  it('interpolates percent signs and other keys', () => {
    const section = parseIni(
      '[a]\nx: 100%% of %(Y)s\ny: <%(z)s>\nz: end\nbad: 5%\ncircle: %(circle)s\n',
      'f',
    ).get('a')!;

    expect(interpolate(section.get('x')!, section)).toBe('100% of <end>');
    expect(() => interpolate(section.get('bad')!, section)).toThrow('f:5: a lone "%" in "5%"');
    expect(() => interpolate(section.get('circle')!, section)).toThrow(
      'f:6: the %(key)s references go in a circle',
    );
  });
});

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseIni } from '../../src/config/ini.ts';
import { findTool } from '../support/require-tool.ts';
import { seededRandom } from './groups-generator.ts';

const python = findTool('python3', 'python3');
const seed = Number(process.env['MUSTER_DIFF_SEED'] ?? 1);
const cases = Number(process.env['MUSTER_DIFF_CASES'] ?? 2000);

/** Parses every text with Python's ConfigParser: the sections, or null where it refuses. */
const program = `
import configparser, json, sys
def parse(text):
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return {name: dict(sorted(parser.items(name))) for name in parser.sections()}
json.dump([parse(text) for text in json.load(sys.stdin)], sys.stdout)
`;

const pieces = [
  '[a]',
  '[b]',
  '[a,b]',
  '[DEFAULT]',
  '[ c ] tail',
  '[x]y]',
  '[]',
  'key: v',
  'key = v',
  'KEY: w',
  'other=a:b',
  'third : x = y',
  'bare',
  ': none',
  '= none',
  'empty:',
  '# note',
  '; note',
  '  more',
  '\tmore # text',
  '    key2: deep',
  '  # inside',
  '',
  '   ',
  'k: v ; kept',
  ' indented: x',
  'map: echo "$GROUP"',
];

describe.skipIf(python === undefined)('the ini dialect against Python’s ConfigParser', () => {
  it(`reads ${cases} files alike (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const texts = Array.from({ length: cases }, () =>
      ['[s]', ...Array.from({ length: random.below(9) }, () => random.pick(pieces))]
        .slice(random.below(8) === 0 ? 1 : 0)
        .join('\n'),
    );
    const asked = spawnSync(python!, ['-c', program], { input: JSON.stringify(texts), encoding: 'utf8' });
    const theirs = JSON.parse(asked.stdout) as unknown[];

    const different = texts
      .map((text, index) => ({ text, ours: plain(text), theirs: theirs[index] }))
      .find(({ ours, theirs: other }) => JSON.stringify(ours) !== JSON.stringify(other));
    expect(different).toBeUndefined();
  });
});

function plain(text: string): Record<string, Record<string, string>> | null {
  try {
    const sections = [...parseIni(text, 'x.conf')];
    return Object.fromEntries(
      sections.map(([name, keys]) => [
        name,
        Object.fromEntries(
          [...keys].map(([key, { value }]) => [key, value] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
        ),
      ]),
    );
  } catch {
    return null;
  }
}

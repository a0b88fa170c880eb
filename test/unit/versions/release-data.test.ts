import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pgMajor } from '../../../src/versions/pg-version.ts';
import {
  bundledReleaseData,
  findSupport,
  noteApplies,
  staleDays,
  type ReleaseData,
} from '../../../src/versions/release-data.ts';
import { overrideReleaseData } from '../../../src/versions/read-release-data.ts';

let bundled: ReleaseData;
let folder: string;

beforeAll(async () => {
  bundled = await bundledReleaseData();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'releases-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, value: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

describe('the bundled release data', () => {
  it('fits its own schema', () => {
    const path = write('bundled.json', bundled);
    expect(overrideReleaseData(bundled, join(folder, 'none'), path).postgresql).toEqual(bundled.postgresql);
  });

  it('names minors of the major they stand under, and a source for each note', () => {
    for (const [major, { latest }] of Object.entries(bundled.postgresql)) expect(pgMajor(latest)).toBe(major);
    for (const { from, until, source } of bundled.notes) {
      for (const [major, minor] of Object.entries({ ...from, ...until })) expect(pgMajor(minor)).toBe(major);
      expect(source).toMatch(/^https:/);
    }
  });

  it('is called old after 100 days', () => {
    const after = (days: number) => new Date(Date.parse(bundled.asOf) + days * 86_400_000);
    expect(staleDays(bundled, after(100))).toBeUndefined();
    expect(staleDays(bundled, after(101))).toBe(101);
  });
});

describe('the user’s own release data', () => {
  it('is laid over the bundled one: files of the folder by name, then the named file', () => {
    const own = join(folder, 'versions.d');
    mkdirSync(own);
    const release = (latest: string) => ({ first: '2026-09-24', eol: '2031-11-13', latest });
    write('versions.d/10-new.json', { schema: 1, asOf: '2026-12-01', postgresql: { '19': release('19.1') } });
    write('versions.d/20-newer.json', { schema: 1, postgresql: { '19': release('19.2') } });
    write('versions.d/readme.txt', 'not read');
    const file = write('more.json', { schema: 1, tools: { 'haproxy 2.6': { eol: '2026-01-31' } } });

    const data = overrideReleaseData(bundled, own, file);

    expect(data.asOf).toBe('2026-12-01');
    expect(data.postgresql['19']?.latest).toBe('19.2');
    expect(data.postgresql['15']).toEqual(bundled.postgresql['15']);
    expect(data.tools['haproxy 2.6']).toEqual({ eol: '2026-01-31' });
  });

  it.each([
    [{ schema: 2 }, /bad\.json: schema: /],
    [{ schema: 1, postgresql: { '19': { first: 'soon' } } }, /bad\.json: postgresql\.19\.first: /],
    [
      { schema: 1, notes: [{ id: "x' or 1=1" }] },
      /bad\.json: notes\.0\.id: small letters, digits and hyphens/,
    ],
    [{ schema: 1, postgres: {} }, /bad\.json: the document: /],
  ])('%#: is refused with its place when it does not fit', (value, message) => {
    const path = write('bad.json', value);
    expect(() => overrideReleaseData(bundled, join(folder, 'none'), path)).toThrow(message);
  });

  it('must exist when it is named', () => {
    expect(() => overrideReleaseData(bundled, folder, join(folder, 'absent.json'))).toThrow('no such file');
  });
});

describe('a release note', () => {
  it.each([
    ['reindex-gist-interval', '15.4', '15.20', true],
    ['reindex-gist-interval', '15.5', '15.20', false],
    ['reindex-gist-interval', '17.1', '17.12', false],
    ['extension-abi-2024-11', '15.8', '15.9', true],
    ['extension-abi-2024-11', '15.8', '15.10', false],
    ['output-plugin-libraries', '15.18', '15.20', true],
    ['output-plugin-libraries', '15.18', '16.15', false],
  ])('%s from %s to %s: %s', (id, running, target, applies) => {
    const note = bundled.notes.find((one) => one.id === id)!;
    expect(noteApplies(note, running, target)).toBe(applies);
  });
});

describe('findSupport', () => {
  it('finds the longest version that fits', () => {
    const table = { 'ubuntu 24.04': { eol: '2029-05-31' }, 'debian 12': { eol: '2026-07-11' } };
    expect(findSupport(table, 'ubuntu', '24.04')).toEqual({ eol: '2029-05-31' });
    expect(findSupport(table, 'debian', '12.11')).toEqual({ eol: '2026-07-11' });
    expect(findSupport(table, 'debian', '1')).toBeUndefined();
  });
});

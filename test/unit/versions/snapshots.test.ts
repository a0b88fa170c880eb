import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditDocument } from '../../../src/versions/audit-document.ts';
import { openSnapshots } from '../../../src/versions/snapshots.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapshots-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (time: string): AuditDocument => ({
  version: 1,
  at: time,
  releaseData: '2026-11-23',
  nodes: [],
  servers: [],
  drift: [],
});

describe('snapshots', () => {
  it('are found by LAST, by day, by time and by file', () => {
    const snapshots = openSnapshots(folder, folder);
    const times = ['2026-11-20T08:00:00.000Z', '2026-11-20T20:00:00.000Z', '2026-11-22T08:00:00.000Z'];
    const paths = times.map((time) => snapshots.save(at(time)));

    expect(snapshots.find('LAST').at).toBe(times[2]);
    expect(snapshots.find('2026-11-20').at).toBe(times[1]);
    expect(snapshots.find('2026-11-20T19:59:59Z').at).toBe(times[0]);
    expect(snapshots.find('2026-11-21').at).toBe(times[1]);
    expect(snapshots.find(paths[0]!).at).toBe(times[0]);
  });

  it('that do not exist are errors with a remedy', () => {
    const snapshots = openSnapshots(folder, folder);
    expect(() => snapshots.find('LAST')).toThrow('--diff LAST: no earlier audit is kept');
    snapshots.save(at('2026-11-20T08:00:00.000Z'));
    expect(() => snapshots.find('2026-11-19')).toThrow('no audit is kept from then or before');
    expect(() => snapshots.find('2026-13-45')).toThrow('--diff 2026-13-45: not a day or time');
    expect(() => snapshots.find('absent.json')).toThrow(/absent\.json: not an audit: ENOENT/);
    writeFileSync(join(folder, 'other.json'), '{"version":2}');
    expect(() => snapshots.find('other.json')).toThrow('not an audit of this version of muster');
  });

  it('are 200 at most', () => {
    const snapshots = openSnapshots(folder, folder);
    const first = Date.parse('2026-11-20T00:00:00.000Z');
    for (let minute = 0; minute < 203; minute += 1) {
      snapshots.save(at(new Date(first + minute * 60_000).toISOString()));
    }
    const names = readdirSync(join(folder, 'versions')).toSorted();
    expect([names.length, names[0]]).toEqual([200, '20261120T000300000Z.json']);
  });
});

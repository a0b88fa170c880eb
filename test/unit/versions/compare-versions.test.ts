import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../../src/versions/compare-versions.ts';
import { findTool } from '../../support/require-tool.ts';

const dpkg = findTool('dpkg', 'dpkg');
const versions = [
  '1.0',
  '1.0~rc1',
  '1.0-1',
  '1.0-1+deb12u1',
  '1.0-1~bpo12+1',
  '1.00-1',
  '1:0.9',
  '0:1.0-1',
  '15.18-0+deb12u1',
  '15.20-0+deb12u1',
  '15.9-0+deb12u1',
  '15.18-1.pgdg120+1',
  '6.1.0-39-amd64',
  '6.1.0-40-amd64',
  '2.36-9+deb12u14',
  '2.36-9+deb12u7',
  '18beta1',
  '18.0',
  '18~beta1-1',
  'a',
  '',
  '9.6.11',
  '9.6.24',
];

describe('compareVersions', () => {
  it.each([
    ['15.9', '15.10', -1],
    ['9.6.24', '10.1', -1],
    ['15.18-0+deb12u1', '15.20-0+deb12u1', -1],
    ['1.0~rc1', '1.0', -1],
    ['1:1.0', '2.0', 1],
    ['1.0-1', '1.0-1', 0],
    ['6.1.0-39-amd64', '6.1.0-9-amd64', 1],
  ])('puts %s and %s in order', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
  });

  describe.skipIf(dpkg === undefined)('beside dpkg --compare-versions', () => {
    it('orders every pair as dpkg does', { timeout: 120_000 }, () => {
      for (const a of versions) {
        for (const b of versions) {
          expect({ a, b, order: Math.sign(compareVersions(a, b)) }).toEqual({ a, b, order: askDpkg(a, b) });
        }
      }
    });
  });
});

function askDpkg(a: string, b: string): number {
  for (const [relation, sign] of [
    ['lt', -1],
    ['eq', 0],
  ] as const) {
    try {
      // An empty version is older than any other: the -nl relations would say otherwise.
      execFileSync(dpkg!, ['--compare-versions', a, relation, b], { stdio: 'ignore' });
      return sign;
    } catch {
      // Exit status 1: the relation does not hold.
    }
  }
  return 1;
}

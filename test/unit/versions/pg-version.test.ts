import { describe, expect, it } from 'vitest';
import {
  pgMajor,
  pgMinor,
  pgVersion,
  pgVersionOfNumber,
  pgVersionOfPackage,
} from '../../../src/versions/pg-version.ts';

describe('PostgreSQL versions', () => {
  it.each([
    [150_018, '15.18'],
    [90_611, '9.6.11'],
    [100_023, '10.23'],
    [180_000, '18.0'],
  ])('%d is %s', (number, version) => {
    expect(pgVersionOfNumber(number)).toBe(version);
  });

  it.each([
    ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', '15.18'],
    ['postgres (PostgreSQL) 9.6.24', '9.6.24'],
    ['postgres (PostgreSQL) 19beta1', '19beta1'],
    ['no version', null],
  ])('%s says %s', (text, version) => {
    expect(pgVersion(text)).toBe(version);
  });

  it.each([
    ['15.18', '15', 18],
    ['9.6.24', '9.6', 24],
    ['10.0', '10', 0],
    ['19beta1', '19', null],
  ])('%s is minor release %3$s of %2$s', (version, major, minor) => {
    expect([pgMajor(version), pgMinor(version)]).toEqual([major, minor]);
  });

  it.each([
    ['15.18-0+deb12u1', '15.18'],
    ['1:9.6.24-1.pgdg90+1', '9.6.24'],
    ['15.18-1PGDG.rhel9', '15.18'],
    ['15+248+deb12u1', null],
  ])('package version %s holds %s', (text, version) => {
    expect(pgVersionOfPackage(text)).toBe(version);
  });
});

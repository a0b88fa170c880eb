import { describe, expect, it } from 'vitest';
import { makeProbe, probeOfCommand } from '../../../src/versions/probe.ts';

describe('a probe', () => {
  it.each([
    ['HAProxy version 2.6.12-1+deb12u3 2025/10/03 - https://haproxy.org/', '2.6.12-1+deb12u3'],
    ['OpenSSH_9.2p1 Debian-2', 'OpenSSH_9.2p1 Debian-2'],
    ['etcd Version: v3.4.23\n', '3.4.23'],
    ['\nactive\n', 'active'],
    ['\n', null],
  ])('without a pattern takes the first version of %j, else the first line', (output, value) => {
    expect(makeProbe('p', 'x').parse(output)).toBe(value);
  });

  it('with a pattern takes its first group, or all it matches', () => {
    expect(makeProbe('p', 'x', String.raw`^root:(\w+)`).parse('a\nroot:x:0')).toBe('x');
    expect(makeProbe('p', 'x', 'b+').parse('abbc')).toBe('bb');
    expect(makeProbe('p', 'x', 'z').parse('abbc')).toBeNull();
  });

  it('given as a command is named by its program', () => {
    expect(probeOfCommand('/usr/sbin/haproxy -v').name).toBe('haproxy');
  });

  it('with a name or pattern that cannot be used is an error', () => {
    expect(() => makeProbe('a b', 'x')).toThrow('"a b" cannot be the name of a probe');
    expect(() => makeProbe('p', 'x', '(')).toThrow(/^probe p: Invalid regular expression/);
  });
});

import { describe, expect, it } from 'vitest';
import type { ProxyServer } from '../../../src/haproxy/ask-proxy.ts';
import { agreeOnLeader, linesOfMember, linesToLeave } from '../../../src/haproxy/pools.ts';

const members = [1, 2, 3].map((n) => ({ name: `pg-${n}`, node: `node${n}`, host: `10.0.0.${n}` }));
const [leader] = members as [(typeof members)[0], ...typeof members];

/** A proxy in whose pools these members are UP, known by name or, with `other` names, by address. */
function proxy(writers: readonly number[], readers: readonly number[], names: 'same' | 'other' = 'same') {
  const line = (backend: string, n: number, up: boolean): ProxyServer => ({
    backend,
    server: names === 'same' ? `pg-${n}` : `db${n}`,
    status: up ? 'UP' : 'DOWN',
    sessions: 0,
    address: `10.0.0.${n}`,
    drained: false,
  });
  const pool = (backend: string, up: readonly number[]) =>
    [1, 2, 3].map((n) => line(backend, n, up.includes(n)));
  return { proxy: 'lb1', servers: [...pool('rw', writers), ...pool('ro', readers)] };
}

describe('proxies of a cluster', () => {
  it('agree when writes go to the leader alone', () => {
    expect(agreeOnLeader([proxy([1], [2, 3])], members, leader)).toEqual({ problems: [], readers: 2 });
    expect(agreeOnLeader([proxy([1], [2, 3], 'other')], members, leader)).toEqual({
      problems: [],
      readers: 2,
    });
  });

  it.each([
    ['to nobody', proxy([], [2, 3])],
    ['to a replica', proxy([2], [3])],
    ['to two', proxy([1, 2], [2, 3])],
  ])('do not when they go %s', (_where, answer) => {
    expect(agreeOnLeader([answer], members, leader).problems).toEqual([
      'lb1 does not send writes to pg-1 alone',
    ]);
  });

  it('do not when one is silent', () => {
    const answers = [proxy([1], [2, 3]), { proxy: 'lb2', problem: 'connection refused' }];
    expect(agreeOnLeader(answers, members, leader).problems).toEqual(['lb2: connection refused']);
  });

  it('know a member by its name, its node or its address', () => {
    expect(linesOfMember(proxy([1], [2]), members[1]!).map(({ backend }) => backend)).toEqual(['rw', 'ro']);
    expect(linesOfMember(proxy([1], [2]), { name: 'x', node: 'y', host: null })).toEqual([]);
  });

  it('count the fewest readers', () => {
    expect(agreeOnLeader([proxy([1], [2, 3]), proxy([1], [2])], members, leader).readers).toBe(1);
  });
});

describe('before a switchover from 1 to 2', () => {
  const [from, to] = members as [(typeof members)[0], (typeof members)[0]];
  const left = (writers: readonly number[], readers: readonly number[]) => {
    const lines = linesToLeave(proxy(writers, readers), members, { from, to });
    const words = (some: readonly ProxyServer[]) => some.map(({ backend, server }) => `${backend}/${server}`);
    return [words(lines.from), words(lines.to)];
  };

  it('both leave the pool for replicas, not the one for writing', () => {
    expect(left([1], [2, 3])).toEqual([['ro/pg-1'], ['ro/pg-2']]);
  });

  it('nobody leaves where nobody would stay', () => {
    expect(left([1], [2])).toEqual([[], []]);
  });

  it('only the old leader leaves a pool in which leaders read, too', () => {
    expect(left([1], [1, 2, 3])).toEqual([['ro/pg-1'], []]);
  });
});

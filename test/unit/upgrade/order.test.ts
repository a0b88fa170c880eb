import { describe, expect, it } from 'vitest';
import type { Cluster, ClusterMember } from '../../../src/patroni/cluster.ts';
import { readWaivers } from '../../../src/upgrade/checks/run-checks.ts';
import { orderCluster } from '../../../src/upgrade/order.ts';

function member(
  name: string,
  more: { role?: ClusterMember['role']; lag?: number; tags?: object } = {},
): ClusterMember {
  const { role = 'replica', lag = 0, tags = {} } = more;
  return {
    name,
    node: name,
    role,
    lag,
    streaming: role !== 'leader',
    timeline: 1,
    seen: null,
    facts: {
      node: name,
      state: 'running',
      tags,
      watchdogFailed: false,
      config: null,
      server: null,
    } as unknown as ClusterMember['facts'],
  };
}

function cluster(members: readonly ClusterMember[], synchronous = false): Cluster {
  return {
    name: 'c',
    scope: 'c',
    members,
    leader: members.find(({ role }) => role === 'leader') ?? null,
    nodes: members.map(({ name }) => name),
    paused: false,
    scheduledSwitchover: null,
    synchronous: { on: synchronous, strict: false, nodeCount: 1 },
    timeline: 1,
  };
}

const leader = member('a', { role: 'leader' });

describe('the order of an upgrade', () => {
  it('is replicas that never lead, asynchronous ones, synchronous ones, the candidate', () => {
    const members = [
      leader,
      member('sync2', { role: 'sync_standby', lag: 100 }),
      member('sync1', { role: 'sync_standby' }),
      member('async', { lag: 5 }),
      member('bi', { tags: { nofailover: true } }),
    ];
    expect(orderCluster(cluster(members, true), 1e6, undefined)).toEqual({
      replicas: ['bi', 'async', 'sync2', 'sync1'],
      candidate: 'sync1',
    });
  });

  it('has the least lagging replica as its candidate, or the one wanted', () => {
    const members = [leader, member('b', { lag: 50 }), member('c', { lag: 1 })];
    expect(orderCluster(cluster(members), 1e6, undefined)).toEqual({ replicas: ['b', 'c'], candidate: 'c' });
    expect(orderCluster(cluster(members), 1e6, 'b')).toEqual({ replicas: ['c', 'b'], candidate: 'b' });
  });

  it('has no candidate where nobody can lead', () => {
    expect(orderCluster(cluster([leader]), 1e6, undefined)).toEqual({ replicas: [], candidate: null });
  });
});

describe('waivers', () => {
  it('name a check and a reason', () => {
    expect(readWaivers(['P15=by hand', 'p06 = bulk load'])).toEqual({ P15: 'by hand', P06: 'bulk load' });
  });

  it.each(['P15', 'P15=', 'P99=x', 'all=x'])('are refused otherwise: %s', (text) => {
    expect(() => readWaivers([text])).toThrow(/not a check and a reason/);
  });
});

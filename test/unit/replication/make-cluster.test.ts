import { describe, expect, it } from 'vitest';
import type { ServerAnswer } from '../../../src/replication/ask-server.ts';
import type { ReplicationFacts, StandbyRow } from '../../../src/replication/facts-sql.ts';
import { makeReplicationCluster } from '../../../src/replication/make-cluster.ts';
import { depthOf } from '../../../src/replication/replication-cluster.ts';
import { orderCluster } from '../../../src/upgrade/order.ts';

function server(node: string, address: string, facts: Partial<ReplicationFacts> | null): ServerAnswer {
  return {
    node,
    facts:
      facts === null
        ? null
        : {
            inRecovery: true,
            version: 150018,
            startedAt: 1,
            replayPaused: false,
            systemIdentifier: '7',
            timeline: 1,
            receiver: null,
            standbys: [],
            synchronousNames: '',
            pending: [],
            ...facts,
          },
    why: facts === null ? 'no server runs here' : null,
    installed: '15.18',
    replaced: false,
    unit: 'postgresql@15-main.service',
    log: null,
    addresses: [address],
    watchers: [],
    patronis: 0,
    now: 1,
  };
}

function row(name: string, address: string | null, more: Partial<StandbyRow> = {}): StandbyRow {
  return { name, address, state: 'streaming', syncState: 'async', slot: null, lag: 0, ...more };
}

const receiver = { status: 'streaming', host: 'a', slot: null };

describe('a cluster without Patroni', () => {
  const chain = makeReplicationCluster([
    server('a', '10.0.0.1', { inRecovery: false, standbys: [row('walreceiver', '10.0.0.2', { lag: 5 })] }),
    server('b', '10.0.0.2', { receiver, standbys: [row('15/main', '10.0.0.3', { lag: 7 })] }),
    server('c', '10.0.0.3', { receiver: { ...receiver, host: 'b' } }),
  ]);

  it('is its primary and who streams from it, standbys of standbys included', () => {
    expect(chain.name).toBe('a,b,c');
    expect(chain.leader?.name).toBe('a');
    expect(chain.members.map(({ name, lag, streaming }) => [name, lag, streaming])).toEqual([
      ['a', null, false],
      ['b', 5, true],
      ['c', 12, true],
    ]);
    expect(chain.strangers).toEqual([]);
    expect(['a', 'b', 'c'].map((node) => depthOf(node, chain))).toEqual([0, 1, 2]);
  });

  it('is upgraded from the end of the chain', () => {
    expect(orderCluster(chain, 1e6, 'c').replicas).toEqual(['c', 'b']);
  });

  it('finds a standby behind another address by its slot, or by its name', () => {
    const { strangers } = makeReplicationCluster([
      server('a', '10.0.0.1', {
        inRecovery: false,
        standbys: [row('x', '192.0.2.1', { slot: 'slot_b' }), row('c', null)],
      }),
      server('b', '10.0.0.2', { receiver: { ...receiver, slot: 'slot_b' } }),
      server('c', '10.0.0.3', { receiver }),
    ]);
    expect(strangers).toEqual([]);
  });

  it('names who is missing, on both ends', () => {
    const { strangers, leader } = makeReplicationCluster([
      server('b', '10.0.0.2', { receiver: { ...receiver, host: 'db1' }, standbys: [row('c', '10.0.0.3')] }),
    ]);
    expect(leader).toBeNull();
    expect(strangers).toEqual(['c (10.0.0.3) streams from b', 'b streams from db1']);
  });

  it('has no leader when two take writes, and keeps a node that does not answer', () => {
    const cluster = makeReplicationCluster([
      server('a', '10.0.0.1', { inRecovery: false }),
      server('b', '10.0.0.2', { inRecovery: false }),
      server('c', '10.0.0.3', null),
      { node: 'd', silent: 'no route to host' },
    ]);
    expect(cluster.leader).toBeNull();
    expect(cluster.members.map(({ name, facts }) => [name, facts?.state])).toEqual([
      ['a', 'running'],
      ['b', 'running'],
      ['c', 'stopped'],
      ['d', undefined],
    ]);
  });

  it.each([
    ['', 0],
    ['b', 1],
    ['b, c', 1],
    ['FIRST 2 (b, c, d)', 2],
    ['any 3 (*)', 3],
    ['2 (b, c)', 2],
  ])('knows how many standbys commits wait for: %j', (synchronousNames, count) => {
    const primary = server('a', '10.0.0.1', { inRecovery: false, synchronousNames });
    expect(makeReplicationCluster([primary]).commitsWaitFor).toBe(count);
  });
});

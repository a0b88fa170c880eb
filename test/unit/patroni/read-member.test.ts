import { describe, expect, it } from 'vitest';
import type { PatroniOnNode, Reply } from '../../../src/patroni/ask-member.ts';
import { candidatesOf, whyNotCandidate } from '../../../src/patroni/candidate.ts';
import { findClusters } from '../../../src/patroni/cluster.ts';
import { judgeCluster } from '../../../src/patroni/health.ts';
import type { MemberFacts } from '../../../src/patroni/member.ts';
import { readMember } from '../../../src/patroni/read-member.ts';
import { restartOrder } from '../../../src/patroni/restart-order.ts';

const onNode: PatroniOnNode = {
  processes: 1,
  config: '/etc/patroni/config.yml',
  problem: null,
  scope: 'pg69',
  name: 'node1',
  tags: {},
  dataDirectory: '/data',
  binDirectory: null,
  installed: '3.0.2',
  installedAt: 900,
  startedAt: 950,
  unit: 'patroni.service',
};

const json = (value: unknown): Reply => ({ status: 200, text: JSON.stringify(value) });
const code = (status: number): Reply => ({ status, text: '' });

/** One member's answers. */
function member(name: string, own: object, cluster: object, leads: boolean): MemberFacts {
  const read = readMember(name, {
    kind: 'answered',
    patroni: { ...onNode, name },
    now: 1000,
    replies: [
      json(own),
      json(cluster),
      json({}),
      code(leads ? 200 : 503),
      code(leads ? 503 : 200),
      code(200),
      { error: 'not looked at' },
      { error: 'no psql' },
    ],
  });
  if ('why' in read) throw new Error(read.why);
  return read;
}

/** A cluster of two as Patroni of a time describes it. */
function twoMembers(
  words: { primary: string; streaming: string } = { primary: 'master', streaming: 'running' },
  lag: object = { lag: 0 },
): MemberFacts[] {
  const cluster = {
    members: [
      { name: 'node1', role: 'leader', state: 'running', host: '10.0.0.1', port: 5432, timeline: 3 },
      { name: 'node2', role: 'replica', state: words.streaming, host: '10.0.0.2', timeline: 3, ...lag },
    ],
  };
  const patroni = { version: '3.0.2', scope: 'pg69' };
  const base = {
    state: 'running',
    server_version: 150018,
    timeline: 3,
    database_system_identifier: '71',
    patroni,
  };
  return [
    member('node1', { ...base, role: words.primary }, cluster, true),
    member('node2', { ...base, role: 'replica' }, cluster, false),
  ];
}

describe('what members say', () => {
  it.each([
    ['2.1', { primary: 'master', streaming: 'running' }, { lag: 7 }],
    ['3.3', { primary: 'master', streaming: 'streaming' }, { lag: 7 }],
    ['4.0', { primary: 'primary', streaming: 'streaming' }, { lag: 7 }],
    ['4.1', { primary: 'primary', streaming: 'streaming' }, { receive_lag: 0, replay_lag: 7, lag: 0 }],
  ])('means the same whichever Patroni says it: %s', (_version, words, lag) => {
    const [cluster] = findClusters({ members: twoMembers(words, lag), others: [] }).clusters;
    expect(cluster).toMatchObject({ name: 'pg69', timeline: 3, nodes: ['node1', 'node2'] });
    expect(cluster!.leader?.name).toBe('node1');
    expect(cluster!.members[1]).toMatchObject({ role: 'replica', streaming: true, lag: 7 });
  });

  it('takes a lag that Patroni does not know for none', () => {
    const members = twoMembers(undefined, { lag: 'unknown' });
    expect(findClusters({ members, others: [] }).clusters[0]!.members[1]!.lag).toBeNull();
  });

  it('tells a node without Patroni from one where it does not run', () => {
    const answer = (config: string | null) =>
      readMember('node1', {
        kind: 'answered',
        patroni: { ...onNode, processes: 0, config },
        replies: [],
        now: 0,
      });
    expect(answer(null)).toMatchObject({ absent: true, why: 'no Patroni' });
    expect(answer('/etc/patroni/config.yml')).toMatchObject({ absent: false });
  });

  it('tells clusters apart that share a scope', () => {
    const one = twoMembers();
    const other = one.map((facts, index) => {
      const name = `other${index + 1}`;
      const members = facts.cluster!.members.map((seen, at) => ({ ...seen, name: `other${at + 1}` }));
      return {
        ...facts,
        node: name,
        name,
        systemIdentifier: '99942',
        cluster: { ...facts.cluster!, members },
      };
    });
    const names = findClusters({ members: [...one, ...other], others: [] }).clusters.map(({ name }) => name);
    expect(names).toEqual(['pg69/71', 'pg69/9942']);
  });
});

describe('the judgement', () => {
  const change = (at: number, changes: Partial<MemberFacts>) =>
    twoMembers().map((facts, index) => ({ ...facts, problems: [], ...(index === at ? changes : {}) }));
  const clusterOf = (members: readonly MemberFacts[]) => findClusters({ members, others: [] }).clusters[0]!;
  const judge = (members: readonly MemberFacts[]) => judgeCluster(clusterOf(members)).map(({ text }) => text);
  const shrinks = [{ name: 'max_connections', from: '100', to: '50' }];

  it('has nothing to say of a healthy cluster', () => {
    expect(judge(change(0, {}))).toEqual([]);
  });

  it.each<[string, number, Partial<MemberFacts>]>([
    ['paused: no failover happens', 0, { paused: true }],
    ['node2 is on timeline 2, the leader on 3', 1, { timeline: 2 }],
    ['node2 is starting', 1, { state: 'starting' }],
    [
      'several members take writes: node1, node2',
      1,
      { checks: { primary: 200, replica: 503, readOnly: 200 } },
    ],
    ['leader node1 takes no writes: running', 0, { checks: { primary: 503, replica: 503, readOnly: 503 } }],
    [
      'node2 waits for a restart (max_connections 100 → 50)',
      1,
      { pendingRestart: true, pendingReasons: shrinks },
    ],
  ])('says: %s', (text, at, changes) => {
    expect(judge(change(at, changes))).toContain(text);
  });

  it('restarts the leader first where a setting shrinks', () => {
    const order = (members: readonly MemberFacts[]) =>
      restartOrder(clusterOf(members), { pending: false, replicasOnly: false }).map(({ name }) => name);
    expect(order(change(1, { pendingRestart: true, pendingReasons: shrinks }))).toEqual(['node1', 'node2']);
    expect(order(change(0, {}))).toEqual(['node2', 'node1']);
  });

  it.each<[string, Partial<MemberFacts>]>([
    ['has the tag nofailover', { tags: { nofailover: true } }],
    ['is starting', { state: 'starting' }],
    ['has failover_priority 0', { tags: { failover_priority: 0 } }],
    ['has no watchdog', { watchdogFailed: true }],
  ])('lets nobody lead next that %s', (why, changes) => {
    const cluster = clusterOf(change(1, changes));
    expect(candidatesOf(cluster, 1e9)).toEqual([]);
    expect(whyNotCandidate(cluster.members[1]!, cluster, 1e9)).toBe(why);
  });
});

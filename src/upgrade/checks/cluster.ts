import { candidatesOf, findMember, whyNotCandidate } from '../../patroni/candidate.ts';
import { bytes } from '../../patroni/health.ts';
import { endPause, endSchedule } from '../../patroni/undo-commands.ts';
import { isReplication } from '../../replication/replication-cluster.ts';
import { isInPlace } from '../in-place.ts';
import { type Check, type Objection, refuse, replicasOf, warn } from './check.ts';

export const clusterChecks: readonly Check[] = [
  {
    id: 'P02',
    title: 'the nodes chosen are the members Patroni knows, and they agree',
    test({ cluster }) {
      const missing = cluster.members.filter(({ facts }) => facts === null).map(({ name }) => name);
      const strangers = cluster.members.filter(({ facts, seen }) => facts !== null && seen === null);
      const leaders = new Set(
        cluster.members.flatMap(
          ({ facts }) => facts?.cluster?.members.find(({ role }) => role === 'leader')?.name ?? [],
        ),
      );
      return [
        ...missing.map((name) =>
          refuse(`Patroni knows ${name}, which is not among the nodes or does not answer`),
        ),
        ...strangers.map(({ name }) => refuse(`${name} says it is a member, its cluster does not know it`)),
        ...(leaders.size > 1 ? [refuse(`members see different leaders: ${[...leaders].join(', ')}`)] : []),
      ];
    },
  },
  {
    id: 'P03',
    title: 'exactly one leader takes writes, no pause, the consensus store answers',
    beforeSwitchover: true,
    test({ cluster }) {
      const found: Objection[] = [];
      const writable = cluster.members.filter(({ facts }) => facts?.checks.primary === 200);
      if (cluster.leader === null) found.push(refuse('there is not exactly one leader'));
      if (writable.length !== 1) found.push(refuse(`${writable.length} members take writes`));
      if (cluster.paused) found.push(refuse(`the cluster is paused (${endPause(cluster)})`));
      if (cluster.leader?.role === 'standby_leader')
        found.push(refuse('it is a standby cluster: nobody takes writes'));
      for (const { name, facts } of cluster.members) {
        if (facts === null) continue;
        if (facts.unlocked) found.push(refuse(`${name} sees no leader key`));
        if (facts.failsafe) found.push(refuse(`${name} is in failsafe mode: the consensus store is away`));
        const limit = 2 * Number(facts.config?.['loop_wait'] ?? 10) + 10;
        if (facts.storeAge !== null && facts.storeAge > limit) {
          found.push(refuse(`${name} last saw the consensus store ${Math.round(facts.storeAge)} s ago`));
        }
      }
      return found;
    },
  },
  {
    id: 'P04',
    title: 'nothing is scheduled',
    beforeSwitchover: true,
    test({ cluster }) {
      const restarts = cluster.members.filter(({ facts }) => facts?.scheduledRestart === true);
      const at = cluster.scheduledSwitchover;
      return [
        ...(at === null
          ? []
          : [refuse(`a switchover is scheduled for ${at.at ?? 'some time'} (${endSchedule(cluster)})`)]),
        ...restarts.map(({ name }) =>
          refuse(`a restart of ${name} is scheduled (patronictl flush ${cluster.scope} restart ${name})`),
        ),
      ];
    },
  },
  {
    id: 'P05',
    title: 'every replica streams on the timeline of the leader',
    beforeSwitchover: true,
    test(facts) {
      const { cluster } = facts;
      return replicasOf(facts).flatMap((member): Objection[] => {
        const { name } = member;
        const state = member.facts?.state;
        if (member.facts === null) return [];
        if (state !== 'running') return [refuse(`${name} is ${state}`)];
        if (!member.streaming) return [refuse(`${name} does not stream`)];
        if (member.facts.server?.replayPaused === true) return [refuse(`replay is paused on ${name}`)];
        if (member.timeline !== null && cluster.timeline !== null && member.timeline !== cluster.timeline) {
          return [refuse(`${name} is on timeline ${member.timeline}, the leader on ${cluster.timeline}`)];
        }
        return member.facts.problems.map((problem) => refuse(`${name}: ${problem}`));
      });
    },
  },
  {
    id: 'P06',
    title: 'no replica lags',
    beforeSwitchover: true,
    test(facts, { maxLag }) {
      return replicasOf(facts).flatMap(({ name, lag, facts: own }) => {
        if (own === null) return [];
        if (lag === null) return [refuse(`the lag of ${name} is not known`)];
        return lag > maxLag ? [refuse(`${name} lags by ${bytes(lag)}, more than ${bytes(maxLag)}`)] : [];
      });
    },
  },
  {
    id: 'P07',
    title: 'synchronous mode survives the restart of a replica',
    test(facts) {
      const { on, strict, nodeCount } = facts.cluster.synchronous;
      if (!on || !strict) return [];
      const able = replicasOf(facts).filter((member) => member.facts?.tags['nosync'] !== true).length;
      return able > nodeCount
        ? []
        : [
            refuse(
              `strict synchronous mode needs ${nodeCount} of ${able} replicas: restarting one stops all writes`,
            ),
          ];
    },
  },
  {
    id: 'P08',
    title: 'somebody can take the leadership',
    beforeSwitchover: true,
    test({ cluster }, settings) {
      const { candidate, maxLag, allowDowntime } = settings;
      if (allowDowntime && cluster.members.length === 1) return [];
      if (cluster.members.length > 1 && isInPlace(cluster, settings)) return [];
      if (isReplication(cluster) && settings.promoteCommand === undefined && cluster.members.length > 1)
        return [refuse('nothing here hands the leadership over: say how by --promote-command')];
      if (candidate !== undefined) {
        const member = findMember(cluster, candidate);
        if (member !== undefined && member !== cluster.leader) {
          const why = whyNotCandidate(member, cluster, maxLag);
          return why === undefined ? [] : [refuse(`${candidate} ${why}`)];
        }
      }
      if (candidatesOf(cluster, maxLag).length > 0) return [];
      const whys = cluster.members
        .filter((one) => one !== cluster.leader)
        .map((one) => `${one.name} ${whyNotCandidate(one, cluster, maxLag)}`);
      return [
        refuse(
          `nobody can: ${whys.join(', ') || 'there is no replica (--allow-downtime upgrades the server in place)'}`,
        ),
      ];
    },
  },
  {
    id: 'P09',
    title: 'no tag is left over from earlier work',
    test({ cluster }) {
      return cluster.members.flatMap(({ name, facts }) =>
        facts?.tags['noloadbalance'] === true ? [warn(`${name} has the tag noloadbalance`)] : [],
      );
    },
  },
];

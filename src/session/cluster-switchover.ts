import type { ClusterSwitchoverFlags } from '../cli/cluster-flags.ts';
import { readSize } from '../cli/read-size.ts';
import { ExitCode, UserError } from '../errors.ts';
import { type Candidate, candidatesOf, findMember, whyNotCandidate } from '../patroni/candidate.ts';
import type { Cluster } from '../patroni/cluster.ts';
import { judgeCluster } from '../patroni/health.ts';
import { switchOver, type SwitchoverEnd } from '../patroni/switchover.ts';
import { readDuration } from '../rolling/read-duration.ts';
import { changeCluster } from './cluster-change.ts';
import { confirmChange, requireOneCluster, withClusters } from './cluster-session.ts';

/** `muster cluster switchover`. Gives the exit status. */
export function clusterSwitchover(
  flags: ClusterSwitchoverFlags,
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  const maxLag = readSize('--max-lag', flags['max-lag']);
  const timeoutMs = readDuration('--timeout', flags.timeout);
  return withClusters(flags, words, argv, async (clusters) => {
    const { session, executor, interrupts } = clusters;
    const cluster = requireOneCluster(await clusters.ask());
    const { leader, candidate } = choose(cluster, flags.candidate, maxLag);
    await confirmChange(
      session,
      `Switch ${cluster.name} over from ${leader.node} to ${candidate.node}? Writes pause for some seconds.`,
      flags.yes,
    );
    return changeCluster(session, {
      title: `switchover of ${cluster.name} from ${leader.node} to ${candidate.node}`,
      nodes: [leader.node, candidate.node],
      json: flags.json,
      async run(note) {
        const end = await switchOver(
          { leader, candidate, nodes: cluster.nodes, timeoutMs },
          { executor, signal: interrupts.signal, note },
        );
        return {
          ...describe(end, cluster, candidate),
          details: { cluster: cluster.name, from: leader.node, ...end },
        };
      },
    });
  });
}

/** @throws UserError when the cluster or the candidate is not fit for it; nothing was changed */
function choose(cluster: Cluster, wanted: string | undefined, maxLag: number) {
  const refuse = (message: string, hint: string): never => {
    throw new UserError(`${cluster.name}: ${message}`, { code: 'REFUSED', exitCode: ExitCode.refused, hint });
  };
  const { leader } = cluster;
  if (leader === null || leader.facts === null || leader.node === null) {
    return refuse(
      'its leader is not among the nodes, or there is none',
      'Name all members: muster cluster status.',
    );
  }
  const errors = judgeCluster(cluster, maxLag).filter(
    ({ level, text }) => level === 'error' && text.startsWith(`${leader.name} `),
  );
  if (cluster.paused) errors.push({ level: 'error', text: 'paused' });
  if (cluster.scheduledSwitchover !== null)
    errors.push({ level: 'error', text: 'a switchover is scheduled' });
  if (errors.length > 0) {
    return refuse(errors.map(({ text }) => text).join('; '), 'Nothing was changed. See to that first.');
  }
  if (wanted !== undefined) {
    const member = findMember(cluster, wanted);
    if (member === undefined) return refuse(`${wanted} is no member`, 'See muster cluster status.');
    const why = whyNotCandidate(member, cluster, maxLag);
    if (why !== undefined)
      return refuse(`${wanted} ${why}`, 'Nothing was changed. Choose another --candidate.');
    return { leader: { name: leader.name, node: leader.node }, candidate: member as Candidate };
  }
  const candidate = candidatesOf(cluster, maxLag)[0];
  if (candidate === undefined) {
    const whys = cluster.members
      .filter((member) => member !== leader)
      .map((member) => `${member.name} ${whyNotCandidate(member, cluster, maxLag)}`);
    return refuse(
      `nobody can take over: ${whys.join('; ') || 'there is no replica'}`,
      'Nothing was changed.',
    );
  }
  return { leader: { name: leader.name, node: leader.node }, candidate };
}

function describe(end: SwitchoverEnd, cluster: Cluster, candidate: Candidate) {
  switch (end.kind) {
    case 'done': {
      const gap =
        end.interruptionMs === null
          ? ''
          : `; nobody took writes for ${(end.interruptionMs / 1000).toFixed(1)} s`;
      if (end.instead === undefined) {
        return {
          status: ExitCode.ok,
          text: `${candidate.node} leads ${cluster.name}, timeline ${end.timeline ?? '?'}${gap}`,
        };
      }
      return {
        status: ExitCode.nodesFailed,
        text: `${end.instead} leads ${cluster.name} instead of ${candidate.node}${gap}`,
      };
    }
    case 'refused':
      return { status: ExitCode.refused, text: `refused, nothing was changed: ${end.message}` };
    case 'unknown':
      return {
        status: ExitCode.unknownState,
        text: `${end.message}\n${end.hint}\nLook on: muster cluster status --watch 2`,
      };
    default:
      return {
        status: ExitCode.unknownState,
        text: 'left while the switchover goes on: muster cluster status --watch 2',
      };
  }
}

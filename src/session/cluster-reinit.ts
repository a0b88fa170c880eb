import type { ClusterChangeFlags } from '../cli/cluster-flags.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Cluster } from '../patroni/cluster.ts';
import { reinitialize } from '../patroni/reinitialize.ts';
import { readDuration } from '../rolling/read-duration.ts';
import { changeCluster } from './cluster-change.ts';
import { confirmChange, requireOneCluster, withClusters } from './cluster-session.ts';

/** `muster cluster reinit NODE`. Gives the exit status. */
export function clusterReinit(
  flags: ClusterChangeFlags,
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  const timeoutMs = readDuration('--timeout', flags.timeout);
  return withClusters(flags, words, argv, async (clusters) => {
    const { session, executor, interrupts } = clusters;
    const { nodes: chosen } = session.chosen;
    if (chosen.length !== 1) {
      throw new UserError(`one node at a time, these are ${chosen.length}`, { code: 'ONE_NODE' });
    }
    const node = chosen[0]!;
    const cluster = requireOneCluster(await clusters.ask());
    refuseLeader(node, cluster);
    await confirmChange(
      session,
      `Delete the data of PostgreSQL on ${node} and copy ${cluster.leader?.name ?? 'the leader'} of ${cluster.name} anew?`,
      flags.yes,
    );
    return changeCluster(session, {
      title: `reinit of ${node} in ${cluster.name}`,
      nodes: [node],
      json: flags.json,
      async run(note) {
        const end = await reinitialize({ node, timeoutMs }, { executor, signal: interrupts.signal, note });
        const details = { cluster: cluster.name, node, ...end };
        switch (end.kind) {
          case 'done':
            return { status: ExitCode.ok, text: `${node} streams again`, details };
          case 'refused':
            return {
              status: ExitCode.refused,
              text: `refused, nothing was changed: ${end.message}`,
              details,
            };
          default:
            return {
              status: ExitCode.unknownState,
              text: `${node}: ${end.message}\nThe copy goes on: muster cluster status --watch 10 ${node}`,
              details,
            };
        }
      },
    });
  });
}

/** @throws UserError when its data is the only good one */
function refuseLeader(node: string, cluster: Cluster): void {
  const refuse = (message: string): never => {
    throw new UserError(`${cluster.name}: ${message}`, {
      code: 'REFUSED',
      exitCode: ExitCode.refused,
      hint: 'Nothing was changed.',
    });
  };
  const member = cluster.members.find((one) => one.node === node);
  if (member?.role === 'leader' || member?.facts?.role === 'primary')
    refuse(`${node} leads: its data is what others copy`);
  if (cluster.leader === null) refuse('there is no leader to copy');
}

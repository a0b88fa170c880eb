import type { ClusterRestartFlags } from '../cli/cluster-flags.ts';
import { readSize } from '../cli/read-size.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Candidate } from '../patroni/candidate.ts';
import type { Cluster } from '../patroni/cluster.ts';
import { judgeCluster } from '../patroni/health.ts';
import { restartMember, type RestartEnd } from '../patroni/restart.ts';
import { restartOrder } from '../patroni/restart-order.ts';
import { waitForMember } from '../patroni/wait-healthy.ts';
import { readDuration } from '../rolling/read-duration.ts';
import { type ChangeEnd, changeCluster } from './cluster-change.ts';
import { type ClusterSession, confirmChange, requireMembers, withClusters } from './cluster-session.ts';

interface Restart {
  readonly cluster: Cluster;
  readonly member: Candidate;
}

/** `muster cluster restart`. Gives the exit status. */
export function clusterRestart(
  flags: ClusterRestartFlags,
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  const maxLag = readSize('--max-lag', flags['max-lag']);
  const timeoutMs = readDuration('--timeout', flags.timeout);
  return withClusters(flags, words, argv, async (clusters) => {
    const { session } = clusters;
    const found = await withAllMembers(clusters, requireMembers(await clusters.ask()));
    const chosen = new Set(session.chosen.nodes);
    const restarts = found.flatMap((cluster) =>
      restartOrder(cluster, { pending: flags.pending, replicasOnly: flags['replicas-only'] })
        .filter(({ node }) => chosen.has(node))
        .map((member): Restart => ({ cluster, member })),
    );
    if (restarts.length === 0) {
      await session.terminal.stdout.write(
        flags.json ? '{"version":1,"exitCode":0,"restarted":[]}\n' : 'nothing to restart\n',
      );
      return ExitCode.ok;
    }
    refuseUnhealthy(restarts, maxLag);
    const nodes = restarts.map(({ member }) => member.node);
    await confirmChange(session, `Restart ${nodes.join(', then ')}?`, flags.yes);
    return changeCluster(session, {
      title: `restart of ${nodes.join(', ')}`,
      nodes,
      json: flags.json,
      run: (note) => restartAll(restarts, { clusters, maxLag, timeoutMs, note }),
    });
  });
}

/** Whoever names one member of a cluster needs the others asked too: health is a matter of all. */
async function withAllMembers(
  clusters: ClusterSession,
  found: readonly Cluster[],
): Promise<readonly Cluster[]> {
  const { nodes: chosen } = clusters.session.chosen;
  const missing = found.flatMap(({ members }) =>
    members.filter(({ node }) => node === null).map(({ name }) => name),
  );
  if (missing.length === 0) return found;
  return (await clusters.ask([...chosen, ...missing])).clusters.filter(({ nodes }) =>
    nodes.some((node) => chosen.includes(node)),
  );
}

/** @throws UserError when a cluster is not as it should be: a restart more could end it */
function refuseUnhealthy(restarts: readonly Restart[], maxLag: number): void {
  const clusters = new Set(restarts.map(({ cluster }) => cluster));
  const errors = [...clusters].flatMap((cluster) =>
    judgeCluster(cluster, maxLag)
      .filter(({ level }) => level === 'error')
      .map(({ text }) => `${cluster.name}: ${text}`),
  );
  if (errors.length === 0) return;
  throw new UserError(errors.join('; '), {
    code: 'REFUSED',
    exitCode: ExitCode.refused,
    hint: 'Nothing was changed. See to that first; a single broken replica may need muster cluster reinit.',
  });
}

async function restartAll(
  restarts: readonly Restart[],
  {
    clusters,
    maxLag,
    timeoutMs,
    note,
  }: {
    readonly clusters: ClusterSession;
    readonly maxLag: number;
    readonly timeoutMs: number;
    readonly note: (text: string) => void;
  },
): Promise<ChangeEnd> {
  const { executor, interrupts } = clusters;
  const restarted: string[] = [];
  const stop = (node: string, message: string, unknown: boolean): ChangeEnd => {
    const status = unknown
      ? ExitCode.unknownState
      : restarted.length === 0
        ? ExitCode.refused
        : ExitCode.stopped;
    const rest = restarts
      .map(({ member }) => member.node)
      .filter((one) => one !== node && !restarted.includes(one));
    const done = restarted.length === 0 ? '' : `restarted: ${restarted.join(', ')}\n`;
    const left = rest.length === 0 ? '' : `\nnot restarted: ${rest.join(', ')}`;
    return { status, text: `${done}${node}: ${message}${left}`, details: { restarted, failed: node, rest } };
  };
  for (const { cluster, member } of restarts) {
    const { node } = member;
    const tools = { executor, signal: interrupts.signal, note: (text: string) => note(`${node}: ${text}`) };
    const order = { node, onlyReplica: member !== cluster.leader, timeoutS: Math.ceil(timeoutMs / 1000) };
    const end: RestartEnd = await restartMember(order, tools);
    if (end.kind === 'left')
      return stop(node, 'left while Patroni restarts it: muster cluster status --watch 2', true);
    if (end.kind !== 'done') return stop(node, end.message, end.kind === 'unknown');
    const patience = { maxLag, timeoutMs, samples: 2 };
    const why = await waitForMember(node, cluster.nodes, patience, tools);
    if (why !== undefined) return stop(node, `restarted, but ${why}`, true);
    restarted.push(node);
  }
  return { status: ExitCode.ok, text: `restarted: ${restarted.join(', ')}`, details: { restarted } };
}

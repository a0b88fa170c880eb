import { UserError } from '../errors.ts';
import { collectMembers } from '../patroni/collect.ts';
import { keepMembers } from '../patroni/kept-members.ts';
import { type Cluster, type Clusters, findClusters } from '../patroni/cluster.ts';
import { watchInterrupts, type Interrupts } from './interrupts.ts';
import { leaveNow } from './leave.ts';
import { openRunSession, type RunExecutor, type RunSession } from './open-session.ts';
import { asRun, type ReachFlags } from './as-run.ts';

/** Nodes chosen, connections kept open, and the way to ask what clusters the nodes are. */
export interface ClusterSession {
  readonly session: RunSession;
  readonly executor: RunExecutor;
  readonly interrupts: Interrupts;
  /** Asks all nodes; without `nodes` those chosen. */
  ask(nodes?: readonly string[]): Promise<Clusters>;
}

/** Opens a session for nodes given by options or as words, uses it, closes it. */
export async function withClusters(
  flags: ReachFlags,
  words: readonly string[],
  argv: readonly string[],
  use: (session: ClusterSession) => Promise<number>,
): Promise<number> {
  const nodes = words.length === 0 ? flags.nodes : [...(flags.nodes ?? []), ...words];
  const session = await openRunSession(asRun({ ...flags, nodes }), argv);
  const interrupts = watchInterrupts(leaveNow);
  session.onOutputFailure(() => interrupts.stop(141));
  const executor = keepMembers(await session.executor({ ...session.settings, keepOpen: true }));
  try {
    const status = await use({
      session,
      executor,
      interrupts,
      async ask(wanted = session.chosen.nodes) {
        const { fanout, commandTimeoutMs } = session.settings;
        const { signal } = interrupts;
        const options = { executor, fanout, signal, timeoutMs: commandTimeoutMs || 60_000 };
        return findClusters(await collectMembers(wanted, options));
      },
    });
    return interrupts.exitCode() ?? status;
  } finally {
    interrupts.release();
    await executor.close();
    await session.terminal.stdout.flush();
  }
}

/**
 * The clusters of the chosen nodes, for a command that changes them.
 * @throws UserError when a node is no member or did not answer: whoever names it means it
 */
export function requireMembers({ clusters, others }: Clusters): readonly Cluster[] {
  if (others.length === 0) return clusters;
  const said = others.map(({ node, why }) => `${node}: ${why}`).join('; ');
  throw new UserError(`not every node is a member that answers: ${said}`, {
    code: 'NOT_A_MEMBER',
    exitCode: 3,
    hint: 'Nothing was changed. A member must come back first (muster cluster status shows it); -x leaves out what is none.',
  });
}

/** @throws UserError when the nodes are members of several clusters */
export function requireOneCluster(clusters: Clusters): Cluster {
  const found = requireMembers(clusters);
  if (found.length === 1) return found[0]!;
  throw new UserError(
    `one cluster is wanted, these are ${found.length}: ${found.map(({ name }) => name).join(', ')}`,
    {
      code: 'SEVERAL_CLUSTERS',
    },
  );
}

/**
 * Asks before something changes. Where nobody can be asked, only --yes will do.
 * @throws UserError when the answer is not yes
 */
export async function confirmChange(session: RunSession, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  const { stdinIsTTY, stderrIsTTY } = session.surroundings;
  const canAsk = stdinIsTTY && stderrIsTTY;
  const answer = canAsk ? await session.prompter()?.ask(`${question} [y/N] `, { echo: true }) : undefined;
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) return;
  throw new UserError('not confirmed, nothing was changed', {
    code: 'NOT_CONFIRMED',
    exitCode: 3,
    hint: canAsk ? 'Only y or yes is yes.' : `It asks: ${question} Without a terminal --yes answers.`,
  });
}

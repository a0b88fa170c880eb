import type { RunFlags } from '../cli/run-flags.ts';
import type { Executor } from '../fanout/executor.ts';
import { planBatches } from '../run/batches.ts';
import { exitStatus } from '../run/exit-status.ts';
import { runOnNodes } from '../run/run-on-nodes.ts';
import { StdinSpool } from '../run/stdin-spool.ts';
import { combineObservers } from '../fanout/combine-observers.ts';
import { confirmRun } from './confirm.ts';
import { useThreads } from './thread-pool.ts';
import { watchInterrupts } from './interrupts.ts';
import { leaveNow } from './leave.ts';
import type { RunExecutor, RunSession } from './open-session.ts';
import { startRecord } from './record.ts';
import { watchEnter } from './watch-enter.ts';

/** What a shell gives a program whose reader went away: 128 + SIGPIPE. */
const readerGone = 141;

/**
 * One command on the chosen nodes, shown and recorded. Resolves with the exit status.
 * @param command for the nodes' login shell; empty: the login shell itself, reading standard input
 */
export async function runOnce(session: RunSession, flags: RunFlags, command: string): Promise<number> {
  const { settings, chosen, surroundings } = session;
  const batches = planBatches(chosen.nodes, settings.batch);
  // They are all made at the first use: for one node, 1 ms CPU that nobody needs.
  if (chosen.nodes.length === 1) useThreads(4);
  await confirmRun(session, command);

  // Standard input goes to every node, unless it is the terminal, /dev/null, or -n was given.
  const stdin =
    flags.nostdin || surroundings.stdinIsTTY || surroundings.stdinIsNull
      ? undefined
      : new StdinSpool(process.stdin, surroundings.temporaryFolder);
  const interrupts = watchInterrupts(leaveNow);
  session.onOutputFailure((failure) => interrupts.stop(failure.kind === 'closed' ? readerGone : 1));
  const connections = await session.executor({ ...settings, keepOpen: settings.escalation?.kind === 'sudo' });
  const executor = await session.withPatterns(
    closingEach(session.escalate(connections), connections, settings.escalation?.kind === 'sudo'),
    chosen.nodes,
  );
  const enter = flags.nostdin ? undefined : watchEnter(session);
  try {
    const presenter = await session.presenter();
    const record = await startRecord(session, command, chosen.nodes, { mode: flags.mode ?? null });
    const reports = await runOnNodes(
      {
        batches,
        fanout: settings.fanout,
        stopOnFailure: settings.stopOnFailure,
        task: {
          command,
          timeoutMs: settings.commandTimeoutMs,
          pty: settings.ssh.pty,
          ...(stdin === undefined ? {} : { stdin: () => stdin.read() }),
        },
      },
      {
        executor,
        presenter,
        signal: interrupts.signal,
        record: combineObservers([record, enter?.observer].filter((observer) => observer !== undefined)),
      },
    );
    const status = interrupts.exitCode() ?? exitStatus(reports, settings);
    await record?.finish({ exitCode: status });
    if (record !== undefined && reports.some(({ outcome }) => outcome.kind === 'skipped')) {
      session.warn('to go on with the nodes that did not succeed: muster run --retry-failed');
    }
    return status;
  } finally {
    enter?.release();
    interrupts.release();
    await executor.close();
    stdin?.close();
    if (stdin !== undefined) process.stdin.destroy();
  }
}

/** sudo asks a node several things over one connection, which is kept for that; and closed when the node is done. */
function closingEach(executor: Executor, connections: RunExecutor, kept: boolean): Executor {
  if (!kept) return executor;
  return {
    async execute(node, task, sink, signal) {
      try {
        return await executor.execute(node, task, sink, signal);
      } finally {
        await connections.disconnect?.([node]);
      }
    },
    close: () => executor.close(),
  };
}

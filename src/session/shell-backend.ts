import type { Executor } from '../fanout/executor.ts';
import type { NodeReport } from '../fanout/observer.ts';
import { combineObservers } from '../fanout/combine-observers.ts';
import { evaluateInOrder } from '../nodeset/evaluate.ts';
import { exitStatus } from '../run/exit-status.ts';
import { runOnNodes } from '../run/run-on-nodes.ts';
import type { ShellBackend, ShellRun } from '../shell/backend.ts';
import type { ShellSettings } from '../shell/settings.ts';
import type { RunExecutor, RunSession } from './open-session.ts';
import { shellCompletions } from './shell-completions.ts';
import { startRecord } from './record.ts';
import { runLocally } from './run-locally.ts';

/** What the shell runs on: kept connections, the presenters and the journal of `run`. */
export function createShellBackend(session: RunSession): ShellBackend & { close(): Promise<void> } {
  /** Who logs in and how long to wait belong to a connection: a change of them makes new ones. */
  const executors = new Map<string, Promise<RunExecutor>>();
  const executorFor = ({ user, connectTimeoutMs }: ShellSettings): Promise<RunExecutor> => {
    const key = JSON.stringify([user, connectTimeoutMs]);
    const known = executors.get(key);
    if (known !== undefined) return known;
    const made = session.executor({ keepOpen: true, user, connectTimeoutMs });
    executors.set(key, made);
    return made;
  };

  return {
    resolve: (expression) => evaluateInOrder(expression, { resolver: session.groups, blanksSeparate: true }),
    fold: (nodes) => session.foldNames(nodes),
    async run(request, signal) {
      const executor = await executorFor(request.settings);
      const around = await session.withPatterns(session.escalate(request.keepState(executor)), request.nodes);
      return runOne(session, request, around, signal);
    },
    runLocally: (command, signal) => runLocally(session, command, signal),
    complete: shellCompletions(session),
    terminalReady: (lend) => session.askThrough(lend),
    async reconnect(nodes) {
      for (const executor of executors.values()) await (await executor).disconnect?.(nodes);
    },
    async close() {
      for (const executor of executors.values()) await (await executor).close();
    },
  };
}

async function runOne(
  session: RunSession,
  { nodes, command, settings, observer }: ShellRun,
  executor: Executor,
  signal: AbortSignal,
): Promise<readonly NodeReport[]> {
  const presenter = await session.presenter({
    gather: settings.gather,
    'gather-all': settings.mergeStderr,
    'line-mode': settings.lineMode,
    regroup: settings.regroup,
    diff: settings.diff,
    'no-label': settings.noLabels,
    quiet: settings.quiet,
  });
  const record = await startRecord(session, command, nodes);
  const reports = await runOnNodes(
    {
      batches: [nodes],
      task: { command, timeoutMs: settings.commandTimeoutMs ?? 0 },
      fanout: settings.fanout,
      stopOnFailure: settings.stopOnFailure,
    },
    {
      executor,
      presenter,
      signal,
      record: combineObservers([...(record === undefined ? [] : [record]), observer]),
    },
  );
  await record?.finish({ exitCode: exitStatus(reports, session.settings) });
  return reports;
}

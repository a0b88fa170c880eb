import type { CommandTask, Executor, OutputSink, OutputStream } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { expandPatterns, runsOnce } from './command-pattern.ts';
import { runProcess } from './run-process.ts';

/** Runs each node's command on this machine. @param terminateGraceMs TERM to KILL */
export function createLocalExecutor(terminateGraceMs = 5000): Executor {
  return {
    execute: (_node, task, sink, signal) => runProcess(task, sink, signal, terminateGraceMs),
    async close() {},
  };
}

export interface PatternOptions {
  /** All nodes of the run, in order: a node's place is its %rank. */
  readonly nodes: readonly string[];
  readonly foldNodes: (nodes: readonly string[]) => string;
}

/**
 * clush's exec worker: replaces %h, %rank and %hosts before another executor sees the command.
 * A command about the whole set runs once, and its output counts for every node.
 * Rejects with a UserError for a pattern that means nothing.
 */
export function withPatterns(executor: Executor, options: PatternOptions): Executor {
  const ranks = new Map(options.nodes.map((node, rank) => [node, rank]));
  let shared: Promise<SharedRun> | undefined;

  const expand = (command: string, node: string): string =>
    expandPatterns(command, {
      node,
      rank: ranks.get(node) ?? 0,
      nodeSet: command.includes('%hosts') ? options.foldNodes(options.nodes) : '',
    });

  return {
    async execute(node, task, sink, signal) {
      const command = expand(task.command, node);
      if (!runsOnce(task.command)) return executor.execute(node, { ...task, command }, sink, signal);
      shared ??= runShared(executor, node, { ...task, command }, signal);
      const { chunks, outcome } = await shared;
      for (const [stream, chunk] of chunks) await sink.write(stream, chunk);
      return outcome;
    },
    close: () => executor.close(),
  };
}

interface SharedRun {
  readonly chunks: readonly (readonly [OutputStream, Buffer])[];
  readonly outcome: NodeOutcome;
}

async function runShared(
  executor: Executor,
  node: string,
  task: CommandTask,
  signal: AbortSignal,
): Promise<SharedRun> {
  const chunks: [OutputStream, Buffer][] = [];
  const sink: OutputSink = { write: (stream, chunk) => void chunks.push([stream, Buffer.from(chunk)]) };
  const outcome = await executor.execute(node, task, sink, signal);
  return { chunks, outcome };
}

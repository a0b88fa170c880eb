import pLimit from 'p-limit';
import type { CommandTask, Executor, OutputStream } from './executor.ts';
import type { FanoutObserver, NodeReport } from './observer.ts';
import { succeeded, type NodeOutcome } from './outcome.ts';

export interface FanoutOptions {
  /** How many nodes at once, at least 1. */
  readonly fanout: number;
  /** Nothing new starts after the first node that did not succeed; nodes that run go on to their end. */
  readonly stopOnFailure?: boolean;
  /** Abort: running nodes are cancelled, waiting ones are skipped. */
  readonly signal: AbortSignal;
  readonly observer: FanoutObserver;
}

/**
 * Runs one command on nodes, at most `fanout` at a time, started in the order given.
 * Every node ends in exactly one report; the reports come back in the order of the nodes.
 */
export async function runFanout(
  nodes: readonly string[],
  task: CommandTask,
  executor: Executor,
  options: FanoutOptions,
): Promise<NodeReport[]> {
  const limit = pLimit(options.fanout);
  let stoppedBecause: string | undefined;

  const runNode = async (node: string): Promise<NodeReport> => {
    if (options.signal.aborted) stoppedBecause ??= 'interrupted';
    if (stoppedBecause !== undefined) {
      return report(node, { kind: 'skipped', because: stoppedBecause }, new Date(), 0);
    }
    const startedAt = new Date();
    const start = performance.now();
    const bytes = { stdout: 0, stderr: 0 };
    await options.observer.started?.(node);
    const sink = {
      write(stream: OutputStream, chunk: Buffer): void | Promise<void> {
        bytes[stream] += chunk.length;
        return options.observer.output?.(node, stream, chunk);
      },
    };
    const outcome = await executor.execute(node, task, sink, options.signal);
    if (options.stopOnFailure === true && !succeeded(outcome))
      stoppedBecause ??= options.signal.aborted ? 'interrupted' : `stopped after ${node} failed`;
    return report(node, outcome, startedAt, performance.now() - start, bytes);
  };

  return Promise.all(
    nodes.map((node) =>
      limit(async () => {
        const ended = await runNode(node);
        await options.observer.ended?.(ended);
        return ended;
      }),
    ),
  );
}

/** The report of a node whose turn never came. */
export function skippedReport(node: string, because: string): NodeReport {
  return report(node, { kind: 'skipped', because }, new Date(), 0);
}

function report(
  node: string,
  outcome: NodeOutcome,
  startedAt: Date,
  durationMs: number,
  bytes = { stdout: 0, stderr: 0 },
): NodeReport {
  return { node, outcome, startedAt, durationMs, bytes };
}

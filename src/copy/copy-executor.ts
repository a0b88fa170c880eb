import type { Duplex } from 'node:stream';
import type { CommandTask, Executor, OutputSink } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { openSftp, type SftpSession } from '../sftp/session.ts';
import { SftpProtocolError } from '../sftp/packet.ts';
import { SftpLost } from '../sftp/status.ts';
import type { CopyOptions } from './copy-options.ts';
import { type CopyProgress, type CopyResult, CopyTally } from './copy-result.ts';
import type { TreeTools } from './put-tree.ts';

/** What a copy needs of the connections to nodes. */
export interface SubsystemSource {
  /** The stream of a subsystem, or what happened instead; on abort rejects with the signal's reason. */
  openSubsystem(node: string, name: string, signal: AbortSignal): Promise<Duplex | NodeOutcome>;
}

export interface CopyExecutor extends Executor {
  /** What a node's copy came to; undefined before it began. */
  result(node: string): CopyResult | undefined;
}

/** Servers that do not answer keep nobody longer than this from the end of a run. */
const cleanUpMs = 2000;

/** The subsystem was started, and what came from it was no SFTP. */
function notGreeted(message: string): NodeOutcome {
  const noise = message.includes('instead of SFTP');
  return {
    kind: 'not-started',
    phase: 'open',
    reason: 'protocol',
    message,
    retryable: false,
    ...(noise
      ? { hint: 'The start-up files of its login shell must print nothing without a terminal.' }
      : {}),
  };
}

/**
 * Copies instead of running commands: a node is `finished` with code 0 when all went well, 1 when some file did not (each
 * told on its stderr), `unknown` when the connection was lost on the way.
 */
export function createCopyExecutor(
  source: SubsystemSource,
  copy: (node: string, tools: TreeTools) => Promise<void>,
  options: CopyOptions,
  progress: CopyProgress,
): CopyExecutor {
  const tallies = new Map<string, CopyTally>();

  const copyOn = async (node: string, signal: AbortSignal): Promise<NodeOutcome> => {
    const stream = await source.openSubsystem(node, 'sftp', signal);
    if ('kind' in stream) return stream;
    const tally = new CopyTally();
    tallies.set(node, tally);
    let sftp: SftpSession | undefined;
    const giveUp = (): void => void setTimeout(() => stream.destroy(), cleanUpMs).unref();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      sftp = await openSftp(stream);
      signal.throwIfAborted();
      await copy(node, { sftp, options, tally, progress, signal });
      return { kind: 'finished', code: tally.failures.length === 0 ? 0 : 1 };
    } catch (error) {
      signal.throwIfAborted();
      const lost = error instanceof SftpLost || error instanceof SftpProtocolError;
      if (!lost) throw error;
      if (sftp === undefined) return notGreeted(error.message);
      const done = `${tally.files} ${tally.files === 1 ? 'file' : 'files'} copied before`;
      return { kind: 'unknown', message: `${error.message} (${done}; no half file is under its final name)` };
    } finally {
      signal.removeEventListener('abort', giveUp);
      sftp?.end();
      stream.destroy();
    }
  };

  return {
    result: (node) => tallies.get(node),
    async execute(
      node: string,
      task: CommandTask,
      sink: OutputSink,
      signal: AbortSignal,
    ): Promise<NodeOutcome> {
      const limit = task.timeoutMs ?? 0;
      const timeout = limit > 0 ? AbortSignal.timeout(limit) : undefined;
      let outcome: NodeOutcome;
      try {
        outcome = await copyOn(node, timeout === undefined ? signal : AbortSignal.any([signal, timeout]));
      } catch (error) {
        if (!signal.aborted && timeout?.aborted !== true) throw error;
        outcome = signal.aborted
          ? { kind: 'cancelled', remote: 'ended' }
          : { kind: 'timed-out', afterMs: limit, remote: 'ended' };
      }
      for (const { path, message } of tallies.get(node)?.failures ?? []) {
        await sink.write('stderr', Buffer.from(`${path}: ${message}\n`));
      }
      return outcome;
    },
    async close() {},
  };
}

import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import type { CommandTask, Executor, OutputSink } from '../../src/fanout/executor.ts';
import type { NodeOutcome } from '../../src/fanout/outcome.ts';

export interface LocalExecutorOptions {
  /** The login shell of a node; default /bin/sh. */
  readonly shell?: (node: string) => string;
  /** Where a login starts; default /. */
  readonly home?: (node: string) => string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sees each process as it is started: its arguments are what `ps` would show. */
  readonly onSpawn?: (argv: readonly string[]) => void;
}

/** Runs the commands of all nodes on this machine, as sshd does: `$SHELL -c command`, stdin, a process group. */
export function createLocalExecutor(options: LocalExecutorOptions = {}): Executor {
  return {
    execute: (node, task, sink, signal) => executeLocally(node, task, sink, signal, options),
    close: () => Promise.resolve(),
  };
}

async function executeLocally(
  node: string,
  task: CommandTask,
  sink: OutputSink,
  signal: AbortSignal,
  options: LocalExecutorOptions,
): Promise<NodeOutcome> {
  if (node.startsWith('down')) {
    const message = `connection refused (${node}:22)`;
    return { kind: 'not-started', phase: 'connect', reason: 'refused', message, retryable: true };
  }
  const shell = options.shell?.(node) ?? '/bin/sh';
  const home = options.home?.(node) ?? '/';
  const argv = ['-c', task.command];
  options.onSpawn?.([shell, ...argv]);
  const child = spawn(shell, argv, {
    argv0: basename(shell),
    cwd: home,
    env: { PATH: '/usr/bin:/bin', HOME: home, ...options.env },
    detached: true,
    stdio: 'pipe',
  });
  const cancel = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', cancel);
  // A command that does not read its stdin ends before all of it is written.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<NodeOutcome>((resolve) => {
    child.once('error', (error) => resolve({ kind: 'refused', message: error.message }));
    child.once('close', (code, killedBy) => {
      if (signal.aborted) resolve({ kind: 'cancelled', remote: 'ended' });
      else if (killedBy !== null) resolve({ kind: 'finished', signal: killedBy.slice(3) });
      else resolve({ kind: 'finished', code: code ?? 0 });
    });
  });
  const reading = Promise.all([drain('stdout'), drain('stderr')]);
  for await (const chunk of task.stdin?.() ?? []) child.stdin.write(chunk);
  child.stdin.end();
  await reading;
  const outcome = await ended;
  signal.removeEventListener('abort', cancel);
  return outcome;

  async function drain(stream: 'stdout' | 'stderr'): Promise<void> {
    for await (const chunk of child[stream]) await sink.write(stream, chunk as Buffer);
  }
}

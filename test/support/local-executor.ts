import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import type { CommandTask, Executor, OutputSink } from '../../src/fanout/executor.ts';
import type { NodeOutcome } from '../../src/fanout/outcome.ts';

export interface LocalExecutorOptions {
  /** The program that runs a command, and its arguments; default: `/bin/sh -c command`. */
  readonly argv?: (node: string, command: string) => readonly [string, ...string[]];
  /** Where a login starts; default /. */
  readonly home?: (node: string) => string;
  /** Milliseconds from TERM to KILL. */
  readonly graceMs?: number;
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
  const [program, ...rest] = options.argv?.(node, task.command) ?? ['/bin/sh', '-c', task.command];
  const home = options.home?.(node) ?? '/';
  options.onSpawn?.([program, ...rest]);
  const child = spawn(program, rest, {
    argv0: basename(program),
    cwd: home,
    env: { PATH: '/usr/bin:/bin', HOME: home, ...options.env },
    detached: true,
    stdio: 'pipe',
  });
  // As an executor does: TERM, and KILL for what does not heed it.
  let kill: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    signalGroup(child, 'SIGTERM');
    kill = setTimeout(() => signalGroup(child, 'SIGKILL'), options.graceMs ?? 1000);
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
  clearTimeout(kill);
  return outcome;

  async function drain(stream: 'stdout' | 'stderr'): Promise<void> {
    for await (const chunk of child[stream]) await sink.write(stream, chunk as Buffer);
  }
}

function signalGroup({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // It has ended by itself meanwhile.
  }
}

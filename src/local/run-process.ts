import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandTask, OutputSink, OutputStream } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';

/** After the process has ended, how long a child of it may go on holding its output open. */
const outputGraceMs = 2000;

/**
 * Runs one command in a shell of this machine, in a process group of its own.
 * Timeout and abort end the whole group: TERM, then KILL after `graceMs`.
 */
export async function runProcess(
  task: CommandTask,
  sink: OutputSink,
  signal: AbortSignal,
  graceMs: number,
): Promise<NodeOutcome> {
  const child = spawn('/bin/sh', ['-c', task.command], {
    detached: true,
    stdio: [task.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const failure = new Promise<NodeOutcome>((resolve) => {
    child.once('error', (error) =>
      resolve({
        kind: 'not-started',
        phase: 'open',
        reason: 'spawn-failed',
        message: `cannot start a process: ${error.message}`,
        retryable: false,
      }),
    );
  });
  return Promise.race([failure, follow(child, task, sink, signal, graceMs)]);
}

async function follow(
  child: ChildProcess,
  task: CommandTask,
  sink: OutputSink,
  signal: AbortSignal,
  graceMs: number,
): Promise<NodeOutcome> {
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const output = Promise.all([
    forward('stdout', child.stdout!, sink),
    forward('stderr', child.stderr!, sink),
  ]);
  let ended: 'timeout' | 'abort' | undefined;
  let killing: NodeJS.Timeout | undefined;
  const end = (why: 'timeout' | 'abort') => {
    if (ended !== undefined) return;
    ended = why;
    killGroup(child, 'SIGTERM');
    killing = setTimeout(() => killGroup(child, 'SIGKILL'), graceMs);
  };
  // A command must not work on half of its input: it ends like one that was cancelled.
  if (task.stdin !== undefined) feed(task.stdin(), child.stdin!).catch(() => end('abort'));
  const onAbort = () => end('abort');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const timeoutMs = task.timeoutMs ?? 0;
  const timer = timeoutMs > 0 ? setTimeout(() => end('timeout'), timeoutMs) : undefined;

  const [code, name] = await exited;
  clearTimeout(timer);
  clearTimeout(killing);
  signal.removeEventListener('abort', onAbort);
  await withDeadline(output, outputGraceMs);
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.stdin?.destroy();
  if (ended === 'timeout') return { kind: 'timed-out', afterMs: timeoutMs, remote: 'ended' };
  if (ended === 'abort') return { kind: 'cancelled', remote: 'ended' };
  return code === null
    ? { kind: 'finished', signal: (name ?? 'SIGKILL').slice(3) }
    : { kind: 'finished', code };
}

async function forward(stream: OutputStream, from: Readable, sink: OutputSink): Promise<void> {
  try {
    for await (const chunk of from) await sink.write(stream, chunk as Buffer);
  } catch (error) {
    // Destroyed after the grace time: what came is shown, more is not awaited.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'))
      throw error;
  }
}

/** The process may end without reading all of its input: that is its own affair. Other errors are the input's. */
async function feed(input: AsyncIterable<Uint8Array>, stdin: Writable): Promise<void> {
  try {
    await pipeline(input, stdin);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EPIPE' && code !== 'ECONNRESET' && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function withDeadline(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}

function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

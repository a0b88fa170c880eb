import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { OutputStream } from '../fanout/executor.ts';
import type { RunSession } from './open-session.ts';

/** clush's label for what runs on this machine. */
const local = 'LOCAL';

/** `!command`: in a shell on this machine, without standard input, shown like a node. Resolves with the exit code. */
export async function runLocally(session: RunSession, command: string, signal: AbortSignal): Promise<number> {
  const presenter = await session.presenter({
    gather: false,
    'gather-all': false,
    diff: false,
    'line-mode': false,
  });
  await presenter.begin([local]);
  const startedAt = new Date();
  const start = performance.now();
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const ended = new Promise<{ code?: number; signal?: string }>((resolve) => {
    child.once('exit', (code, name) => resolve(code === null ? { signal: name?.slice(3) ?? '' } : { code }));
    child.once('error', () => resolve({ code: 127 }));
  });
  // The whole group: the shell's children are what runs long.
  const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGTERM');
  signal.addEventListener('abort', end, { once: true });

  const show = async (stream: OutputStream, from: Readable): Promise<void> => {
    for await (const chunk of from) await presenter.output?.(local, stream, chunk as Buffer);
  };
  await Promise.all([show('stdout', child.stdout), show('stderr', child.stderr)]);
  const how = await ended;
  signal.removeEventListener('abort', end);
  await presenter.ended?.({
    node: local,
    outcome: { kind: 'finished', ...how },
    startedAt,
    durationMs: performance.now() - start,
    bytes: { stdout: 0, stderr: 0 },
  });
  await presenter.end();
  return how.code ?? 255;
}

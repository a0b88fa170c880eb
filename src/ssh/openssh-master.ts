import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** A running ssh program that holds one connection. */
export interface OpenSshMaster {
  /** Resolves with how it ended: `exit status 255`, `killed by SIGTERM`, or why it could not be started. */
  readonly exited: Promise<string>;
  /** Ends it, and what it started. */
  stop(): void;
}

export interface MasterOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Removed when this process dies without saying so. */
  readonly folder: string;
  /** A line of its stderr, without its end. */
  readonly onLine: (line: string) => void;
}

/**
 * The program outlives nobody: its companion reads a pipe that only this process holds open, and ends the program when
 * the pipe ends without a word, as it does when this process is killed. (`ssh -N` alone would go on for ever; a remote
 * `cat` instead would take one of MaxSessions and fail where a command is forced.)
 */
const script = `
folder=$1; shift
{ read -r word <&3 || { kill "$$"; rm -rf -- "$folder"; }; } >/dev/null 2>&1 &
exec "$@" 3<&-
`;

const stopMs = 1000;
const maxLine = 8192;

export function startMaster(options: MasterOptions): OpenSshMaster {
  // a session of its own: no Ctrl-C from our terminal, and no terminal to ask questions at
  const child = spawn('/bin/sh', ['-c', script, 'sh', options.folder, options.program, ...options.args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...options.env },
  });
  const { promise: exited, resolve } = Promise.withResolvers<string>();
  const lifeline = child.stdio[3] as Writable;
  const stderr = child.stderr!;
  let over = false;
  let killTimer: NodeJS.Timeout | undefined;

  lifeline.on('error', () => {});
  child.once('error', (error) => resolve(error.message));
  child.once('exit', (code, signal) => {
    over = true;
    clearTimeout(killTimer);
    lifeline.end('done\n');
    // what it wrote last is still in the pipe; a helper that keeps the pipe open is not waited for
    const how = signal === null ? `exit status ${code}` : `killed by ${signal}`;
    const late = setTimeout(() => resolve(how), 250);
    child.once('close', () => {
      clearTimeout(late);
      resolve(how);
    });
  });
  stderr.on('data', splitLines(options.onLine));

  const kill = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    if (over || child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // ended by itself meanwhile
    }
  };
  return {
    exited,
    stop() {
      if (over || killTimer !== undefined) return;
      kill('SIGTERM');
      killTimer = setTimeout(() => kill('SIGKILL'), stopMs);
    },
  };
}

function splitLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString('utf8')).split(/\r?\n/);
    rest = (lines.pop() ?? '').slice(0, maxLine);
    for (const line of lines) onLine(line);
  };
}

import { UserError } from '../errors.ts';
import { printable } from '../config/ini.ts';

/** How an upcall is run. */
export interface UpcallRun {
  /** The shell text, names already substituted. */
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For messages: `upcall "map" of group source "slurm", group "idle"`. */
  readonly what: string;
  /** Milliseconds before the process group is killed. */
  readonly timeLimit: number;
  /** Bytes of standard output before it is killed. */
  readonly outputLimit: number;
  /** Ends it early: its process group is killed. */
  readonly signal?: AbortSignal | undefined;
}

/** How long output is still read after the shell has ended while a child of it keeps the pipe open. */
const lingerTime = 1000;
const stderrLimit = 64 * 1024;

/** An upcall that failed, hung, wrote too much or could not be started. */
export class UpcallError extends UserError {
  override readonly name = 'UpcallError';
}

/**
 * Runs `/bin/sh -c` and returns what it wrote on standard output. It gets no input, a process group of its own, a time
 * limit and an output limit; at either limit the whole group is killed.
 */
export async function runUpcall(run: UpcallRun): Promise<string> {
  const { spawn } = await import('node:child_process');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn('/bin/sh', ['-c', run.command], {
    cwd: run.cwd,
    env: run.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  let outputSize = 0;
  let complaintSize = 0;
  let linger: NodeJS.Timeout | undefined;

  const killGroup = () => {
    if (child.pid !== undefined) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // the group has already ended
      }
    }
  };
  const finish = (settle: () => void) => {
    clearTimeout(limit);
    clearTimeout(linger);
    run.signal?.removeEventListener('abort', abort);
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
    settle();
  };
  const fail = (problem: string, details: { hint?: string; cause?: unknown } = {}) => {
    finish(() => {
      reject(new UpcallError(`${run.what} ${problem}`, { code: 'UPCALL', ...details }));
    });
  };
  const end = (code: number | null, signal: NodeJS.Signals | null) => {
    if (code === 0) {
      finish(() => {
        resolve(Buffer.concat(output).toString('utf8'));
      });
      return;
    }
    const complaint = firstLine(Buffer.concat(complaints).toString('utf8'));
    const how = code === null ? `was killed by ${signal}` : `failed with exit code ${code}`;
    fail(complaint === '' ? how : `${how}: ${complaint}`);
  };

  const abort = () => {
    killGroup();
    fail('was interrupted', { cause: run.signal?.reason });
  };
  const limit = setTimeout(() => {
    killGroup();
    fail(`took longer than ${run.timeLimit / 1000} s and was killed`);
  }, run.timeLimit);
  child.stdout.on('data', (chunk: Buffer) => {
    outputSize += chunk.length;
    output.push(chunk);
    if (outputSize > run.outputLimit) {
      killGroup();
      fail(`wrote more than ${Math.floor(run.outputLimit / 1024 / 1024)} MB and was killed`);
    }
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaintSize += chunk.length;
    if (complaintSize <= stderrLimit) {
      complaints.push(chunk);
    }
  });
  child.on('error', (error) => {
    fail(`could not be started: ${error.message}`, { cause: error });
  });
  // "close" waits for every holder of the pipes; a daemon the upcall left behind must not hold us longer than this.
  child.on('exit', (code, signal) => {
    linger = setTimeout(end, lingerTime, code, signal);
  });
  child.on('close', end);
  run.signal?.addEventListener('abort', abort, { once: true });
  if (run.signal?.aborted === true) {
    abort();
  }
  return promise;
}

function firstLine(text: string): string {
  return printable(text.trim().split('\n', 1)[0] ?? '');
}

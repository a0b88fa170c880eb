import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';

export interface MeasuredRun {
  readonly code: number | null;
  /** Largest resident set, MiB. */
  readonly peakMiB: number;
  readonly stderr: string;
}

/** Runs a program, its standard output in a file, and watches its memory until it ends. */
export function runMeasured(
  program: string,
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly stdoutFile: string },
): Promise<MeasuredRun> {
  const out = openSync(options.stdoutFile, 'w');
  const child: ChildProcess = spawn(program, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', out, 'pipe'],
  });
  let peakKiB = 0;
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'latin1');
      peakKiB = Math.max(peakKiB, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // it has ended
    }
  }, 20);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(timer);
      resolve({ code, peakMiB: peakKiB / 1024, stderr });
    });
  });
}

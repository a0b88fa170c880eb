import { spawn } from 'node:child_process';

import { UserError } from '../../src/errors.ts';

export interface ProgramResult {
  /** Undefined when a signal, or the time limit, ended the program. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds; then the program is killed. Default: none. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end; whatever its exit code, the result is data. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: 'pipe',
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.timeoutMs === undefined
        ? {}
        : { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program may end without reading its stdin; that is its right.
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({
        code: code ?? undefined,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    child.stdin.end(options.stdin ?? '');
  });
}

/** As `runProgram`, for programs that must succeed; answers their stdout. */
export async function mustRun(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const result = await runProgram(program, args, options);
  if (result.code === 0) {
    return result.stdout;
  }
  const lastWords = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-15).join('\n');
  throw new UserError(
    `${program} ${args.join(' ')} failed (${result.code === undefined ? 'killed' : `exit ${result.code}`})\n${lastWords}`,
    { code: 'FLEET_PROGRAM' },
  );
}

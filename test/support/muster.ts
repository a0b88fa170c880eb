import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The launcher of the built program. */
export const musterProgram = `${root}bin/muster`;

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** Runs the built program as a user would; no terminal. */
export function muster(args: readonly string[], options: RunOptions = {}): Promise<ProgramResult> {
  return runProgram(musterProgram, args, options);
}

/** Runs a program to its end and collects what it prints. */
export function runProgram(
  program: string,
  args: readonly string[],
  { input = '', env = {}, cwd }: RunOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // A session of its own: where the tests run on a terminal, nobody is asked there.
      detached: true,
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('latin1').on('data', (text: string) => (output[stream] += text));
    }
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ ...output, code, signal }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

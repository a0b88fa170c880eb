import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** One tool's command line for a case. */
export interface Side {
  readonly tool: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** File for its standard input. */
  readonly input?: string;
  /** Exit codes that are no failure; 0 when absent. */
  readonly codes?: readonly number[];
}

export interface Measured {
  /** User and system time of the command and the children it waited for, in seconds. */
  readonly cpu: number;
  /** Seconds. */
  readonly wall: number;
  /** Peak of the process tree, MiB; 0 when it was not sampled. */
  readonly memory: number;
}

const script = fileURLToPath(new URL('measure.py', import.meta.url));
// Debian's own: a wrapper of another one would start processes of its own.
const python = '/usr/bin/python3';
const run = promisify(execFile);

/** Runs a command once. Sampling the memory of its tree disturbs the times a little: never both in one run. */
export async function measure(side: Side, sampleMemory: boolean): Promise<Measured> {
  const { argv, env = {}, input = '/dev/null', codes = [0] } = side;
  // Its certificates would be parsed at each start of Node.js 20; no tool measured here needs them.
  const { NODE_EXTRA_CA_CERTS: _, ...usual } = process.env;
  const { stdout, stderr } = await run(python, [script, input, ...argv], {
    env: { ...usual, ...env, ...(sampleMemory ? { MEASURE_TREE: '1' } : {}) },
    maxBuffer: 64 * 1024 * 1024,
  });
  const [cpu = 0, , status = -1, wall = 0, tree = 0] = stdout.split(' ').map(Number);
  if (!codes.includes(status)) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return { cpu, wall, memory: tree / 1024 };
}

import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** About one node set. */
export interface ClusterShellQuestion {
  readonly do: 'fold' | 'expand' | 'count';
  readonly autostep?: number;
  /** 0-based. */
  readonly axis?: readonly number[];
}

/** One answer a question, or why the text is refused. */
export type ClusterShellAnswer =
  | { readonly ok: readonly (string | string[] | number)[] }
  | { readonly error: string };

/** The real ClusterShell, kept running. */
export interface ClusterShell {
  ask(text: string, questions: readonly ClusterShellQuestion[]): Promise<ClusterShellAnswer>;
  stop(): void;
}

/** Debian's interpreter, where the package is; a python3 earlier on the PATH may not know it. */
const python = '/usr/bin/python3';

export function hasClusterShell(): boolean {
  try {
    execFileSync(python, ['-c', 'import ClusterShell'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (process.env['MUSTER_TEST_REQUIRE_TOOLS'] === '1') {
      throw new Error('ClusterShell is needed by these tests: apt-get install python3-clustershell', {
        cause: error,
      });
    }
    return false;
  }
}

export function startClusterShell(): ClusterShell {
  const script = fileURLToPath(new URL('clustershell.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: ((answer: ClusterShellAnswer) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.(JSON.parse(line) as ClusterShellAnswer);
  });
  return {
    ask(text, questions) {
      return new Promise((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`${JSON.stringify({ text, questions })}\n`);
      });
    },
    stop: () => void child.stdin.end(),
  };
}

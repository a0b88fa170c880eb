import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface OracleAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real nodeset command, kept running: `ask` takes its arguments. */
export interface GroupsOracle {
  ask(argv: readonly string[], cwd: string): Promise<OracleAnswer>;
  close(): void;
}

/** Debian's ClusterShell belongs to the system's Python, whatever `python3` is first on the PATH. */
export function startGroupsOracle(python: string): GroupsOracle {
  const child = spawn(python, [new URL('groups-oracle.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask(argv, cwd) {
      const answer = last.then(async () => {
        child.stdin.write(`${JSON.stringify({ argv, cwd })}\n`);
        const line = await answers.next();
        if (line.done === true) {
          throw new Error('the oracle has ended');
        }
        return JSON.parse(line.value) as OracleAnswer;
      });
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => child.stdin.end(),
  };
}

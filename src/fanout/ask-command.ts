import type { CommandTask, Executor } from './executor.ts';
import type { NodeOutcome } from './outcome.ts';

/** What a short command on one node said. Text beyond 64 KiB a stream is dropped. */
export interface Answer {
  readonly outcome: NodeOutcome;
  readonly stdout: string;
  readonly stderr: string;
}

const limit = 65_536;

/** Runs a short, read-only command on one node. */
export async function askCommand(
  executor: Executor,
  node: string,
  task: CommandTask,
  signal: AbortSignal,
): Promise<Answer> {
  const texts = { stdout: '', stderr: '' };
  const outcome = await executor.execute(
    node,
    task,
    {
      write(stream, chunk) {
        if (texts[stream].length < limit) texts[stream] += chunk.toString();
      },
    },
    signal,
  );
  return { outcome, ...texts };
}

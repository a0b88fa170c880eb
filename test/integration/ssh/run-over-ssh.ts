import type { CommandTask } from '../../../src/fanout/executor.ts';
import type { NodeOutcome } from '../../../src/fanout/outcome.ts';
import { createSshExecutor, type SshExecutor, type SshOptions } from '../../../src/ssh/executor.ts';

/** Both must behave alike: the same tests run over each. */
export const transports = ['ssh2', 'openssh'] as const;

/** What came of one command, its output as text. */
export interface Ran {
  readonly outcome: NodeOutcome;
  readonly stdout: string;
  readonly stderr: string;
}

/** An executor for a test: an ssh_config of its own, nothing of the machine's. */
export function sshExecutor(
  config: { readonly folder: string; readonly sshConfigPath: string },
  options: Partial<SshOptions> = {},
): SshExecutor {
  return createSshExecutor({
    env: { PATH: process.env['PATH'] },
    home: `${config.folder}/home`,
    localUser: 'nobody',
    configFile: config.sshConfigPath,
    ...options,
  });
}

export async function run(
  executor: SshExecutor,
  node: string,
  task: string | CommandTask,
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  const text = { stdout: '', stderr: '' };
  const outcome = await executor.execute(
    node,
    typeof task === 'string' ? { command: task } : task,
    { write: (stream, chunk) => void (text[stream] += chunk.toString('latin1')) },
    signal,
  );
  return { outcome, ...text };
}

/** Waits for something that can be observed; fails when it does not come. */
export async function eventually(
  what: string,
  check: () => boolean | Promise<boolean>,
  ms = 10_000,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`not in ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

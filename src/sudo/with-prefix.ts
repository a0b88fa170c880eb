import type { Executor } from '../fanout/executor.ts';
import type { SecretTrials } from '../fanout/secret-trials.ts';

/**
 * A run mode's command_prefix before each command, as it is written: of `a; b` it stands before `a`. With a password, that is the
 * first line of the command's input on every node, as clush gives it: what it is for, only the prefix knows.
 */
export function withPrefix(executor: Executor, prefix: string, password: SecretTrials | undefined): Executor {
  return {
    async execute(node, task, sink, signal) {
      const command = `${prefix} ${task.command}`;
      if (password === undefined) return executor.execute(node, { ...task, command }, sink, signal);
      const trial = await password.next();
      if (trial === undefined) {
        return { kind: 'refused', message: 'the run mode needs a password, and none was given' };
      }
      // whether it is right nobody tells: all nodes get it
      trial.end('right');
      async function* stdin(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(`${trial!.secret}\n`);
        if (task.stdin !== undefined) yield* task.stdin();
      }
      return executor.execute(node, { ...task, command, stdin }, sink, signal);
    },
    close: () => executor.close(),
  };
}

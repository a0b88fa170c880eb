import { builtins } from './builtins.ts';
import type { Evaluate } from './builtins.ts';
import { BrokenPipe, Interrupted, signalNumbers } from './job.ts';
import { complain, FunctionReturn, LoopControl, ShellError, ShellExit } from './shell.ts';
import type { Shell } from './shell.ts';

/** What a trapped signal leaves as status in the shell that trapped it; anything else is thrown on. */
export function interruptedStatus(shell: Shell, error: unknown): number {
  if (error instanceof Interrupted && !shell.subshell) {
    return 128 + signalNumbers[error.signal];
  }
  throw error;
}

/** A subshell's whole life: its `exit`, its own EXIT trap, its mistakes. */
export async function settle(
  parent: Shell,
  child: Shell,
  body: () => Promise<number>,
  evaluate: Evaluate,
): Promise<number> {
  return finishShell(child, body, evaluate).catch((error: unknown) => interruptedStatus(parent, error));
}

/** Runs a shell to its end: `exit`, the EXIT trap, a message for a mistake of the script. Rejects when killed. */
export async function finishShell(
  shell: Shell,
  body: () => Promise<number>,
  evaluate: Evaluate,
): Promise<number> {
  shell.status = await guarded(shell, body);
  const atExit = shell.traps.get('EXIT');
  if (atExit !== undefined) {
    shell.traps.delete('EXIT');
    const { status } = shell;
    const after = await guarded(shell, async () => {
      await builtins.eval!(shell, [atExit], evaluate);
      return status;
    });
    shell.status = after;
  }
  await Promise.all(shell.background);
  return shell.status;
}

async function guarded(shell: Shell, body: () => Promise<number>): Promise<number> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof ShellExit || error instanceof FunctionReturn) {
      return error.status;
    }
    if (error instanceof LoopControl) {
      return 0;
    }
    if (error instanceof BrokenPipe) {
      return 128 + signalNumbers.PIPE;
    }
    if (error instanceof ShellError) {
      await complain(shell, error.message);
      return error.status;
    }
    throw error;
  }
}

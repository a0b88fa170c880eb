import { evaluate } from './evaluate.ts';
import { finishShell } from './finish-shell.ts';
import { runText } from './run-program.ts';
import type { Shell } from './shell.ts';

/** Runs what `sh -c` was given, to its end; rejects with `Killed` when a signal ended it. */
export function runCommandLine(shell: Shell, text: string): Promise<number> {
  return runText(shell, text, (child, list) => finishShell(child, () => evaluate(child, list), evaluate));
}

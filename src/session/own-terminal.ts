import { openTerminal } from '../output/open-terminal.ts';
import type { ChannelFailure, Terminal } from '../output/terminal.ts';
import type { Surroundings } from './surroundings.ts';

/** This process's stdout and stderr. */
export function openOwnTerminal(
  { stdoutIsTTY, stderrIsTTY, env }: Surroundings,
  onStdoutFailure: (failure: ChannelFailure) => void = () => {},
): Terminal {
  return openTerminal({
    isTTY: (fd) => (fd === 1 ? stdoutIsTTY : stderrIsTTY),
    // Asked only of terminals: touching process.stdout makes a pipe asynchronous.
    columns: () => (stdoutIsTTY ? process.stdout.columns : stderrIsTTY ? process.stderr.columns : undefined),
    term: env['TERM'],
    onFailure: (stream, failure) => {
      if (stream === 'stdout') onStdoutFailure(failure);
    },
  });
}

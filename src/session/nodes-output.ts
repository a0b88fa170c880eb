import { ExitCode, UserError } from '../errors.ts';
import { createFdChannel } from '../output/fd-channel.ts';
import type { ChannelFailure, OutputChannel } from '../output/terminal.ts';

/** Exit status of a program whose reader went away: 128 + SIGPIPE. */
const readerGone = 141;

/** Standard output and error of the set commands. They never look at a terminal: nothing is coloured or redrawn. */
export interface PlainOutput {
  /** Writes pieces until they end or nobody reads any more. */
  write(pieces: Iterable<Buffer | string>): Promise<void>;
  /** `muster: TEXT` on standard error. */
  warn(text: string): void;
  /** True once nobody reads standard output any more. */
  readonly closed: boolean;
  /** Waits for what was written; gives the status to exit with, `status` unless the reader went away. */
  finish(status: number): Promise<number>;
}

export function openPlainOutput(): PlainOutput {
  const stdout = createFdChannel(1, { isTTY: false });
  let stderr: OutputChannel | undefined;
  return {
    async write(pieces) {
      for (const piece of pieces) {
        if (stdout.failure !== undefined) return;
        const wait = stdout.write(piece);
        if (wait !== undefined) await wait;
      }
    },
    warn(text) {
      stderr ??= createFdChannel(2, { isTTY: false });
      void stderr.write(`muster: ${text}\n`);
    },
    get closed() {
      return stdout.failure !== undefined;
    },
    async finish(status) {
      await stdout.flush();
      await stderr?.flush();
      return exitStatusOf(stdout.failure, status);
    },
  };
}

/**
 * `status`, or that of a program whose reader went away.
 * @throws UserError when standard output could not be written: disk full, for example
 */
export function exitStatusOf(failure: ChannelFailure | undefined, status: number): number {
  if (failure === undefined) return status;
  if (failure.kind === 'closed') return readerGone;
  throw new UserError(`standard output cannot be written: ${failure.message}`, {
    code: 'OUTPUT_FAILED',
    exitCode: ExitCode.nodesFailed,
  });
}

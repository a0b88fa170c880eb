import { createFdChannel } from './fd-channel.ts';
import type { ChannelFailure, Terminal } from './terminal.ts';

export interface OpenTerminalOptions {
  /** Default: 1. */
  readonly stdoutFd?: number;
  /** Default: 2. */
  readonly stderrFd?: number;
  /** `isatty` of node:tty, handed in so that a program that never asks does not load it. */
  readonly isTTY: (fd: number) => boolean;
  /** Width now; undefined when unknown. */
  readonly columns: () => number | undefined;
  /** The environment's TERM. */
  readonly term: string | undefined;
  /**
   * A channel failed: `closed` means the reader went away, and the run should stop quietly (141 by convention);
   * `error` is a full disk, for example, and worth a message.
   */
  readonly onFailure?: (stream: 'stdout' | 'stderr', failure: ChannelFailure) => void;
}

/** The process's own stdout and stderr as a terminal. Nothing else should write to these descriptors meanwhile. */
export function openTerminal(options: OpenTerminalOptions): Terminal {
  const channel = (stream: 'stdout' | 'stderr', fd: number) =>
    createFdChannel(fd, {
      isTTY: options.isTTY(fd),
      onFailure: (failure) => options.onFailure?.(stream, failure),
    });
  return {
    stdout: channel('stdout', options.stdoutFd ?? 1),
    stderr: channel('stderr', options.stderrFd ?? 2),
    get columns() {
      // Some pseudo-terminals say 0.
      return options.columns() || 80;
    },
    colors: options.term === 'dumb' ? 'none' : '16',
  };
}

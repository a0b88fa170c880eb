import { fstatSync } from 'node:fs';
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

/**
 * The process's own stdout and stderr as a terminal. Nothing else should write to these descriptors meanwhile.
 * Where both lead to the same place (a terminal, `2>&1`) they share one queue, or their texts would overtake each other.
 */
export function openTerminal(options: OpenTerminalOptions): Terminal {
  const { stdoutFd = 1, stderrFd = 2 } = options;
  const channel = (stream: 'stdout' | 'stderr', fd: number) =>
    createFdChannel(fd, {
      isTTY: options.isTTY(fd),
      onFailure: (failure) => options.onFailure?.(stream, failure),
    });
  const stdout = channel('stdout', stdoutFd);
  return {
    stdout,
    stderr: leadToOnePlace(stdoutFd, stderrFd) ? stdout : channel('stderr', stderrFd),
    get columns() {
      // Some pseudo-terminals say 0.
      return options.columns() || 80;
    },
    colors: options.term === 'dumb' ? 'none' : '16',
  };
}

function leadToOnePlace(one: number, other: number): boolean {
  try {
    const [a, b] = [fstatSync(one), fstatSync(other)];
    return a.dev === b.dev && a.ino === b.ino && a.rdev === b.rdev;
  } catch {
    // A closed descriptor: the first write tells.
    return false;
  }
}

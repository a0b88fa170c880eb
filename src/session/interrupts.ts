import { ExitCode } from '../errors.ts';

/** Ctrl-C and its like, while something runs. */
export interface Interrupts {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** 130 for Ctrl-C, 128 + n for other signals; undefined when there was none. */
  exitCode(): number | undefined;
  /** Ends as a signal would, for reasons of our own: the reader of our output went away. */
  stop(exitCode: number): void;
  /** Signals do again what they do by default. */
  release(): void;
}

const codes = { SIGINT: ExitCode.interrupted, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;
type Signal = keyof typeof codes;

/**
 * The first signal cancels what runs on the nodes and lets results be shown; a second one of the same run leaves at once.
 * @param leave ends the process with a status, for the second signal
 */
export function watchInterrupts(leave: (exitCode: number) => void): Interrupts {
  const abort = new AbortController();
  let exitCode: number | undefined;
  const stop = (code: number) => {
    exitCode ??= code;
    abort.abort();
  };
  const onSignal = (name: Signal) => {
    if (abort.signal.aborted) leave(codes[name]);
    else stop(codes[name]);
  };
  const names = Object.keys(codes) as Signal[];
  for (const name of names) process.on(name, onSignal);
  return {
    signal: abort.signal,
    exitCode: () => exitCode,
    stop,
    release() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

import { ExitCode } from '../errors.ts';

/** Ctrl-C and its like, while work is rolling that must not be torn. */
export interface HoldSignals {
  /** Aborted at the first signal: finish the steps that run, start nothing new. */
  readonly hold: AbortSignal;
  /** Aborted at the second: leave; what runs on nodes goes on. */
  readonly detach: AbortSignal;
  /** Holds for a reason of our own: a lost lock. It is what the end of the run names. */
  holdNow(reason?: string): void;
  /** Says something through what `sayThrough` named last. */
  say(text: string): void;
  /** 130, or 128 + n, once somebody asked twice. */
  leftWith(): number | undefined;
  /** From now on says things through this: a live view is on the terminal. */
  sayThrough(say: (text: string) => void): void;
  release(): void;
}

const codes = { SIGINT: ExitCode.interrupted, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

/** @param say tells the person what their signal did */
export function watchHoldSignals(
  say: (text: string) => void,
  leave: (exitCode: number) => void,
): HoldSignals {
  const hold = new AbortController();
  const detach = new AbortController();
  let left: number | undefined;
  const names = Object.keys(codes) as (keyof typeof codes)[];
  const onSignal = (name: keyof typeof codes): void => {
    if (detach.signal.aborted) return leave(codes[name]);
    if (hold.signal.aborted) {
      say('leaving: what runs on the nodes goes on there');
      left = codes[name];
      return detach.abort();
    }
    say('holding: what runs now is finished first, nothing new starts (Ctrl-C again leaves at once)');
    return hold.abort();
  };
  for (const name of names) process.on(name, onSignal);
  return {
    hold: hold.signal,
    detach: detach.signal,
    holdNow: (reason) => hold.abort(reason),
    say: (text) => say(text),
    leftWith: () => left,
    sayThrough(other) {
      say = other;
    },
    release() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

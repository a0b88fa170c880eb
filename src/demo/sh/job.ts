/** Signals a client can send and the numbers shells add to 128. */
export const signalNumbers = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
} as const;
export type SignalName = keyof typeof signalNumbers;

export function isSignalName(name: string): name is SignalName {
  return Object.hasOwn(signalNumbers, name);
}

/** The whole job was ended by a signal. */
export class Killed extends Error {
  override readonly name = 'Killed';
  readonly signal: SignalName;

  constructor(signal: SignalName) {
    super(`killed by ${signal}`);
    this.signal = signal;
  }
}

/** The program in the foreground was ended by a signal its shell has a trap for. */
export class Interrupted extends Killed {}

/** Nobody reads what is written any more. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

/**
 * What one login or remote command runs as: its signals, its waiting. A signal goes to the whole job at once, as sshd
 * sends it to the process group.
 */
export class Job {
  /** What was started with `&`; it may live longer than the command that started it. */
  readonly background: Promise<number>[] = [];
  #foreground = new AbortController();
  #killed: Killed | undefined;
  #steps = 0;
  readonly #dispositions = new Map<SignalName, 'ignore' | 'trap'>();
  readonly #pending: SignalName[] = [];

  /** What the shell's `trap` says about a signal; undefined sets the default again. */
  setDisposition(signal: SignalName, disposition: 'ignore' | 'trap' | undefined): void {
    if (disposition === undefined) {
      this.#dispositions.delete(signal);
    } else {
      this.#dispositions.set(signal, disposition);
    }
  }

  /** False when the job ignores the signal. */
  deliver(signal: SignalName): boolean {
    const disposition = signal === 'KILL' ? undefined : this.#dispositions.get(signal);
    if (disposition === 'ignore' || this.#killed !== undefined) {
      return false;
    }
    const foreground = this.#foreground;
    if (disposition === 'trap') {
      this.#pending.push(signal);
      this.#foreground = new AbortController();
      foreground.abort(new Interrupted(signal));
      return true;
    }
    this.#killed = new Killed(signal);
    foreground.abort(this.#killed);
    return true;
  }

  /** Signals whose traps are due, oldest first; forgotten once returned. */
  takePending(): SignalName[] {
    return this.#pending.splice(0);
  }

  /** Aborted when the program that runs now is to end. */
  get foreground(): AbortSignal {
    return this.#foreground.signal;
  }

  /** A job inside this one: what ends this one ends it too, but it can be ended alone. */
  child(): Job {
    const child = new Job();
    const signal = this.foreground;
    signal.addEventListener('abort', () => {
      child.deliver((signal.reason as Killed).signal);
    });
    return child;
  }

  /** Called between steps: ends a job that was killed, and lets others run during long computations. */
  async checkpoint(): Promise<void> {
    if (this.#killed !== undefined) {
      throw this.#killed;
    }
    this.#steps += 1;
    if (this.#steps % 64 === 0) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** Waits, in milliseconds; a signal ends it at once. */
  async sleep(milliseconds: number): Promise<void> {
    const signal = this.foreground;
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, milliseconds);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** A promise's result, unless a signal comes first. */
  async unlessSignalled<T>(promise: Promise<T>): Promise<T> {
    const signal = this.foreground;
    signal.throwIfAborted();
    let onAbort = () => {};
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([promise, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

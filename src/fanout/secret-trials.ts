/** A secret on its way to one server; `end` must be called, and tells what came of it. */
export interface SecretTrial {
  readonly secret: string;
  end(result: 'right' | 'wrong' | 'untold'): void;
}

/** One secret that many servers are given, typed once. */
export interface SecretTrials {
  /**
   * Undefined when none was given, or when a server refused it already: trying it elsewhere would lock accounts.
   * Until some server took it, one server at a time gets it.
   */
  next(): Promise<SecretTrial | undefined>;
  state(): 'untold' | 'right' | 'wrong';
}

/** @param ask called once, when the first server needs the secret */
export function createSecretTrials(ask: () => Promise<string | undefined>): SecretTrials {
  let answer: Promise<string | undefined> | undefined;
  let state: 'untold' | 'right' | 'wrong' = 'untold';
  /** Resolves when it is right or wrong. */
  const told = Promise.withResolvers<void>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    state: () => state,
    async next() {
      answer ??= ask();
      const secret = await answer;
      if (secret === undefined) return undefined;
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      if (state === 'untold') await Promise.race([before, told.promise]);
      if (state === 'wrong') {
        resolve();
        return undefined;
      }
      return {
        secret,
        end(result) {
          if (result === 'wrong') state = 'wrong';
          else if (result === 'right' && state === 'untold') state = 'right';
          if (state !== 'untold') told.resolve();
          resolve();
        },
      };
    },
  };
}

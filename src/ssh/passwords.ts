import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';

/** A password on its way to one server; `end` tells what came of it. */
export interface PasswordTrial {
  readonly password: string;
  end(result: 'right' | 'wrong' | 'untold'): void;
}

/** Passwords typed in this run: each user's is asked for once, whatever the number of nodes. */
export interface PasswordCache {
  /**
   * Undefined when none was given, or when a server refused it already: trying it elsewhere would lock accounts.
   * Until some server took it, one server at a time gets it.
   */
  trial(settings: ConnectionSettings, prompter: Prompter): Promise<PasswordTrial | undefined>;
}

interface Asked {
  readonly answer: Promise<string | undefined>;
  state: 'untold' | 'right' | 'wrong';
  /** Resolves when it is right or wrong. */
  readonly told: PromiseWithResolvers<void>;
  last: Promise<unknown>;
}

export function createPasswordCache(): PasswordCache {
  const byUser = new Map<string, Asked>();
  return {
    async trial(settings, prompter) {
      let asked = byUser.get(settings.user);
      if (asked === undefined) {
        const question = `Password for ${settings.user} (asked by ${settings.node}): `;
        asked = {
          answer: prompter.ask(question, { echo: false }),
          state: 'untold',
          told: Promise.withResolvers(),
          last: Promise.resolve(),
        };
        byUser.set(settings.user, asked);
      }
      const entry = asked;
      const password = await entry.answer;
      if (password === undefined) return undefined;
      const before = entry.last;
      const { promise, resolve } = Promise.withResolvers<void>();
      entry.last = promise;
      if (entry.state === 'untold') await Promise.race([before, entry.told.promise]);
      if (entry.state === 'wrong') {
        resolve();
        return undefined;
      }
      return {
        password,
        end(result) {
          if (result === 'wrong') entry.state = 'wrong';
          else if (result === 'right' && entry.state === 'untold') entry.state = 'right';
          if (entry.state !== 'untold') entry.told.resolve();
          resolve();
        },
      };
    },
  };
}

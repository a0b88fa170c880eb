import { createSecretTrials, type SecretTrial, type SecretTrials } from '../fanout/secret-trials.ts';
import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';

/** Passwords typed in this run: each user's is asked for once, whatever the number of nodes. */
export interface PasswordCache {
  /** See SecretTrials: undefined when there is none to try. */
  trial(settings: ConnectionSettings, prompter: Prompter): Promise<SecretTrial | undefined>;
}

export function createPasswordCache(): PasswordCache {
  const byUser = new Map<string, SecretTrials>();
  return {
    trial({ user, node }, prompter) {
      let trials = byUser.get(user);
      if (trials === undefined) {
        trials = createSecretTrials(() =>
          prompter.ask(`Password for ${user} (asked by ${node}): `, { echo: false }),
        );
        byUser.set(user, trials);
      }
      return trials.next();
    },
  };
}

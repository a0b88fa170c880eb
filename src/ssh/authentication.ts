import { ConnectFailure } from './connect-failure.ts';
import type { Identities } from './identities.ts';
import type { SecretTrial } from '../fanout/secret-trials.ts';
import type { PasswordCache } from './passwords.ts';
import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';
import type { AuthAttempt, Question } from './ssh2-adapter.ts';
import { visible } from './visible.ts';

/** One connection's logins: what was tried, what the server takes, why it failed. */
export interface Authentication {
  next(accepted: readonly string[] | undefined): Promise<AuthAttempt | undefined>;
  /** The host key has changed and is tolerated: secrets a person types must not go there, as for ssh. */
  forbidPasswords(): void;
  /** Must be called when the login is over, however it ended. */
  ended(result: 'right' | 'wrong' | 'untold'): void;
  /** @param reason why it ended before all was tried */
  failure(reason?: string): ConnectFailure;
}

/** A server may put this many rounds of questions before it is taken for broken. */
const maxRounds = 10;

/**
 * Each method once, keys first; nothing is asked without a prompter or with BatchMode.
 * @param ticketServes true: a Kerberos ticket opens this server elsewhere; then nobody is asked for anything
 */
export function createAuthentication(
  settings: ConnectionSettings,
  identities: Identities,
  prompter: Prompter | undefined,
  passwords: PasswordCache,
  ticketServes: (accepted: readonly string[]) => Promise<boolean> = () => Promise.resolve(false),
): Authentication {
  const tried: string[] = [];
  const problems: ConnectFailure[] = [];
  let accepted: readonly string[] | undefined;
  let mayAsk = prompter !== undefined && !settings.batchMode && settings.passwordPrompts > 0;
  let rounds = 0;
  /** The password on its way to this server. */
  let onTrial: SecretTrial | undefined;
  const attempts = attemptsInOrder();

  const askPassword = async (): Promise<string | undefined> => {
    endTrial('wrong');
    onTrial = await passwords.trial(settings, prompter!);
    return onTrial?.secret;
  };

  function endTrial(result: 'right' | 'wrong' | 'untold'): void {
    onTrial?.end(result);
    onTrial = undefined;
  }

  async function* attemptsInOrder(): AsyncGenerator<AuthAttempt> {
    const takes = (name: string): boolean => accepted === undefined || accepted.includes(name);
    for (const method of settings.authentications) {
      if (method === 'publickey') {
        for await (const identity of identities.forNode(settings)) {
          if (!takes('publickey')) break;
          if ('problem' in identity) {
            problems.push(identity.problem);
            continue;
          }
          tried.push(identity.name);
          yield identity.attempt;
        }
        continue;
      }
      if (!mayAsk || !takes(method)) continue;
      if (settings.gssapi !== undefined) {
        // only the server's answer tells whether it takes tickets
        if (accepted === undefined) yield { type: 'none' };
        if (accepted !== undefined && (await ticketServes(accepted))) return;
        if (!takes(method)) continue;
      }
      if (method === 'keyboard-interactive') {
        tried.push(method);
        yield { type: 'keyboard-interactive', answer: answerQuestions };
      } else {
        const password = await askPassword();
        if (password === undefined) continue;
        tried.push(method);
        yield { type: 'password', password };
      }
    }
    // nothing to offer: the server's answer to this tells what it would take
    if (accepted === undefined) yield { type: 'none' };
  }

  async function answerQuestions(instructions: string, questions: readonly Question[]): Promise<string[]> {
    rounds += 1;
    if (rounds > maxRounds) throw new Error('the server asks without end');
    const answers: string[] = [];
    for (const { prompt, echo } of questions) {
      const only = questions.length === 1 && !echo && /password/i.test(prompt);
      const answer = only
        ? await askPassword()
        : await prompter!.ask(`${settings.node}: ${visible(instructions)}${visible(prompt)}`, { echo });
      if (answer === undefined) throw new Error('no answer was given');
      answers.push(answer);
    }
    return answers;
  }

  return {
    async next(now) {
      // asked again, so the last one was refused; or it was the first of several factors, and is right
      const nextFactor = accepted !== undefined && now !== undefined && now.join() !== accepted.join();
      endTrial(nextFactor ? 'right' : 'wrong');
      accepted = now ?? accepted;
      const { value, done } = await attempts.next();
      return done === true ? undefined : value;
    },
    forbidPasswords() {
      mayAsk = false;
    },
    ended: endTrial,
    failure(reason) {
      if (tried.length === 0 && problems.length === 1 && problems[0]!.reason === 'key-unreadable')
        return problems[0]!;
      const parts = [tried.length === 0 ? 'nothing to try' : `tried: ${summarizeTried(tried)}`];
      if (accepted !== undefined) parts.push(`server accepts: ${accepted.join(', ')}`);
      if (reason !== undefined) parts.push(visible(reason).slice(0, 120));
      parts.push(...problems.map((problem) => problem.message));
      return new ConnectFailure(
        'auth',
        'auth-failed',
        `authentication failed for ${settings.user} (${parts.join('; ')})`,
        {
          serverAccepts: accepted,
          hint:
            problems.find(({ hint }) => hint !== undefined)?.hint ??
            'Check the user name and the keys; muster never tries again by itself: servers lock out.',
        },
      );
    },
  };
}

/** `agent (2 keys), /home/x/.ssh/id_ed25519` */
export function summarizeTried(tried: readonly string[]): string {
  const agent = tried.filter((name) => name === 'agent').length;
  const others = tried.filter((name) => name !== 'agent');
  return [...(agent > 0 ? [`agent (${agent} key${agent > 1 ? 's' : ''})`] : []), ...others].join(', ');
}

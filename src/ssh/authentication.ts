import { ConnectFailure } from './connect-failure.ts';
import type { Identities } from './identities.ts';
import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';
import type { AuthAttempt, Question } from './ssh2-adapter.ts';

/** One connection's logins: what was tried, what the server takes, why it failed. */
export interface Authentication {
  next(accepted: readonly string[] | undefined): Promise<AuthAttempt | undefined>;
  failure(): ConnectFailure;
}

/** Passwords typed in this run, by user: asked for once, whatever the number of nodes. */
export type PasswordCache = Map<string, Promise<string | undefined>>;

/** Each method once, keys first; nothing is asked without a prompter or with BatchMode. */
export function createAuthentication(
  settings: ConnectionSettings,
  identities: Identities,
  prompter: Prompter | undefined,
  passwords: PasswordCache,
): Authentication {
  const tried: string[] = [];
  let accepted: readonly string[] | undefined;
  let problem: ConnectFailure | undefined;
  const mayAsk = prompter !== undefined && !settings.batchMode;
  const attempts = attemptsInOrder();

  const askPassword = (): Promise<string | undefined> => {
    const known = passwords.get(settings.user);
    if (known !== undefined) return known;
    const question = `Password for ${settings.user} (asked by ${settings.node}): `;
    const answer = prompter!.ask(question, { echo: false });
    passwords.set(settings.user, answer);
    return answer;
  };

  async function* attemptsInOrder(): AsyncGenerator<AuthAttempt> {
    for (const method of settings.authentications) {
      const takes = (name: string): boolean => accepted === undefined || accepted.includes(name);
      if (method === 'publickey') {
        for await (const identity of identities.forNode(settings)) {
          if (!takes('publickey')) break;
          tried.push(identity.name);
          yield identity.attempt;
        }
      } else if (mayAsk && method === 'keyboard-interactive' && takes(method)) {
        tried.push(method);
        yield { type: 'keyboard-interactive', answer: answerQuestions };
      } else if (mayAsk && method === 'password' && takes(method)) {
        const password = await askPassword();
        if (password === undefined) continue;
        tried.push(method);
        yield { type: 'password', password };
      }
    }
  }

  async function answerQuestions(instructions: string, questions: readonly Question[]): Promise<string[]> {
    const answers: string[] = [];
    for (const { prompt, echo } of questions) {
      const only = questions.length === 1 && !echo && /password/i.test(prompt);
      const answer = only
        ? await askPassword()
        : await prompter!.ask(`${settings.node}: ${visible(instructions)}${visible(prompt)}`, { echo });
      answers.push(answer ?? '');
    }
    return answers;
  }

  return {
    async next(now) {
      // The first question comes before anything was tried: ask what the server takes, as ssh does.
      accepted = now ?? accepted;
      try {
        const { value, done } = await attempts.next();
        return done === true ? undefined : value;
      } catch (error) {
        if (!(error instanceof ConnectFailure)) throw error;
        problem = error;
        return undefined;
      }
    },
    failure() {
      if (problem !== undefined) return problem;
      const what = tried.length === 0 ? 'nothing to try' : `tried ${summarize(tried)}`;
      const takes = accepted === undefined ? '' : `; the server accepts ${accepted.join(', ')}`;
      return new ConnectFailure(
        'auth',
        'auth-failed',
        `authentication failed for ${settings.user} (${what}${takes})`,
        {
          hint: 'Check the user name, the key and its agent; muster never tries again by itself: servers lock out.',
        },
      );
    },
  };
}

function summarize(tried: readonly string[]): string {
  const agent = tried.filter((name) => name === 'agent').length;
  const others = tried.filter((name) => name !== 'agent');
  return [...(agent > 0 ? [`agent (${agent} key${agent > 1 ? 's' : ''})`] : []), ...others].join(', ');
}

/** What a server sends must not steer the terminal. */
function visible(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, '?');
}

import type { HostKeyQuestions } from './host-key-questions.ts';
import { knownHostsName } from './known-hosts.ts';
import type { Answerer, AskedQuestion } from './openssh-folder.ts';
import type { PasswordCache, PasswordTrial } from './passwords.ts';
import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';
import { visible } from './visible.ts';

/** Passphrases and PINs typed in this run: each is asked for once, whatever the number of nodes. */
export interface SecretCache {
  /** @param again the last answer to this question was wrong */
  answer(question: string, again: boolean, prompter: Prompter): Promise<string | undefined>;
}

/** A wrong PIN locks its token: nobody is asked more often for one. */
const maxAsked = 3;

export function createSecretCache(): SecretCache {
  const known = new Map<string, { answer: Promise<string | undefined>; asked: number }>();
  return {
    answer(question, again, prompter) {
      const old = known.get(question);
      if (old !== undefined && !again) return old.answer;
      const asked = (old?.asked ?? 0) + 1;
      if (asked > maxAsked) return Promise.resolve(undefined);
      const answer = prompter.ask(question, { echo: false });
      known.set(question, { answer, asked });
      return answer;
    },
  };
}

/** What the questions of one ssh program need. */
export interface QuestionTools {
  readonly prompter: Prompter;
  readonly passwords: PasswordCache;
  readonly secrets: SecretCache;
  readonly hostKeyQuestions: HostKeyQuestions;
  readonly onNotice: (node: string | undefined, text: string) => void;
}

export interface OpenSshQuestions {
  readonly answer: Answerer;
  /** Must be called when the login is over. */
  ended(result: 'right' | 'wrong' | 'untold'): void;
}

/** A server may put this many questions before it is taken for broken. */
const maxQuestions = 12;

/** Answers what ssh would ask at a terminal, each question in the way the built-in transport asks it. */
export function createOpenSshQuestions(
  settings: ConnectionSettings,
  tools: QuestionTools,
  hostKey: () => string | undefined,
): OpenSshQuestions {
  const { prompter } = tools;
  const seen = new Set<string>();
  let count = 0;
  let onTrial: PasswordTrial | undefined;

  const password = async (): Promise<string | undefined> => {
    // asked again: the last one was wrong
    onTrial?.end('wrong');
    onTrial = await tools.passwords.trial(settings, prompter);
    return onTrial?.password;
  };
  const secret = (prompt: string): Promise<string | undefined> => {
    const again = seen.has(prompt);
    seen.add(prompt);
    return tools.secrets.answer(prompt, again, prompter);
  };

  const answer = async ({ prompt, kind }: AskedQuestion): Promise<string | undefined> => {
    count += 1;
    if (count > maxQuestions) return undefined;
    const text = visible(prompt);
    if (kind === 'none') {
      tools.onNotice(settings.node, text.trim());
      return undefined;
    }
    if (text.startsWith('The authenticity of host ')) {
      const key = { node: settings.node, name: knownHostsName(settings), shown: hostKey() ?? shownIn(text) };
      return (await tools.hostKeyQuestions.ask(key)) ? 'yes' : 'no';
    }
    if (kind === 'confirm') return confirm(`${settings.node}: ${text}`, prompter);
    if (/^\S+@.*'s password: $/.test(text)) return password();
    const factor = /^\(\S+@[^)]*\) ([^]*)$/.exec(text)?.[1];
    if (factor !== undefined && /password/i.test(factor)) return password();
    if (factor !== undefined) return prompter.ask(`${settings.node}: ${factor}`, { echo: false });
    return secret(text);
  };
  return {
    answer,
    ended(result) {
      onTrial?.end(result);
      onTrial = undefined;
    },
  };
}

async function confirm(question: string, prompter: Prompter): Promise<string | undefined> {
  const said = await prompter.ask(`${question.trimEnd()} [y/N] `, { echo: true });
  return /^y(es)?$/i.test(said?.trim() ?? '') ? 'yes' : undefined;
}

function shownIn(text: string): string {
  const found = /(\S+) key fingerprint is (SHA256:[^\s.]+)/.exec(text);
  return found === null ? 'a key' : `${found[1]} ${found[2]}`;
}

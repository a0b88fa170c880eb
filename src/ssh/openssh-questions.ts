import { readFile } from 'node:fs/promises';
import type { SecretTrial } from '../fanout/secret-trials.ts';
import type { HostKeyQuestions } from './host-key-questions.ts';
import { knownHostsName } from './known-hosts.ts';
import type { Answerer, AskedQuestion } from './openssh-folder.ts';
import type { PasswordCache } from './passwords.ts';
import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';
import { isPassphraseError, parsePrivateKey } from './ssh2-keys.ts';
import { visible } from './visible.ts';

/** Passphrases and PINs typed in this run: each is asked for once, whatever the number of nodes. */
export interface SecretCache {
  /** @param isWrong tells that an answer cannot be right: then it is asked again, three times at most */
  answer(
    question: string,
    prompter: Prompter,
    isWrong: (answer: string) => Promise<boolean>,
  ): Promise<string | undefined>;
}

const maxAsked = 3;

export function createSecretCache(): SecretCache {
  const known = new Map<string, Promise<string | undefined>>();
  return {
    answer(question, prompter, isWrong) {
      const ask = async (): Promise<string | undefined> => {
        for (let asked = 0; asked < maxAsked; asked += 1) {
          const answer = await prompter.ask(question, { echo: false });
          if (answer === undefined || answer === '') return undefined;
          if (!(await isWrong(answer))) return answer;
        }
        return undefined;
      };
      let answer = known.get(question);
      if (answer === undefined) {
        answer = ask();
        known.set(question, answer);
      }
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
  giveUp: (reason: string) => void,
): OpenSshQuestions {
  const { prompter } = tools;
  let count = 0;
  let onTrial: SecretTrial | undefined;

  /** ssh would send an empty answer to the server, and that would count as an attempt. */
  const orGiveUp = async (given: Promise<string | undefined>): Promise<string | undefined> => {
    const answer = await given;
    if (answer !== undefined) return answer;
    giveUp('no answer was given');
    return new Promise(() => {});
  };
  const password = async (): Promise<string | undefined> => {
    // asked again: the last one was wrong
    onTrial?.end('wrong');
    onTrial = await tools.passwords.trial(settings, prompter);
    return onTrial?.secret;
  };

  const answer = async ({ prompt, kind }: AskedQuestion): Promise<string | undefined> => {
    count += 1;
    if (count > maxQuestions) return orGiveUp(Promise.resolve(undefined));
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
    if (/^\S+@.*'s password: $/.test(text)) return orGiveUp(password());
    const factor = /^\(\S+@[^)]*\) ([^]*)$/.exec(text)?.[1];
    if (factor !== undefined && /password/i.test(factor)) return orGiveUp(password());
    if (factor !== undefined) {
      return orGiveUp(prompter.ask(`${settings.node}: ${factor}`, { echo: false }));
    }
    const keyFile = /^Enter passphrase for key '(.+)': $/.exec(text)?.[1];
    return tools.secrets.answer(text, prompter, (passphrase) => opensNot(keyFile, passphrase));
  };
  return {
    answer,
    ended(result) {
      onTrial?.end(result);
      onTrial = undefined;
    },
  };
}

/** ssh takes one passphrase and no second one: whether it opens the key is seen here. */
async function opensNot(keyFile: string | undefined, passphrase: string): Promise<boolean> {
  if (keyFile === undefined) return false;
  const bytes = await readFile(keyFile).catch(() => undefined);
  if (bytes === undefined) return false;
  const opened = await parsePrivateKey(bytes, passphrase);
  return opened instanceof Error && isPassphraseError(opened);
}

async function confirm(question: string, prompter: Prompter): Promise<string | undefined> {
  const said = await prompter.ask(`${question.trimEnd()} [y/N] `, { echo: true });
  return /^y(es)?$/i.test(said?.trim() ?? '') ? 'yes' : undefined;
}

function shownIn(text: string): string {
  const found = /(\S+) key fingerprint is (SHA256:[^\s.]+)/.exec(text);
  return found === null ? 'a key' : `${found[1]} ${found[2]}`;
}

import type { ClushSettings } from '../config/clush-settings.ts';
import { splitShellWords } from '../config/shell-words.ts';
import { UserError } from '../errors.ts';
import type { Executor } from '../fanout/executor.ts';
import { createSecretTrials, type SecretTrials } from '../fanout/secret-trials.ts';
import { createSudo } from '../sudo/sudo-executor.ts';
import { readSudoPrefix, type SudoPrefix } from '../sudo/sudo-prefix.ts';
import { withPrefix } from '../sudo/with-prefix.ts';

/** What stands before commands: sudo, spoken to as it should be, or any text, as clush does it. */
export type Escalation =
  | { readonly kind: 'sudo'; readonly prefix: SudoPrefix; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string; readonly password: boolean };

/** @throws UserError for a mode that needs a program muster does not use */
export function readEscalation(conf: ClushSettings): Escalation | undefined {
  if (conf.sshPath?.[0]?.endsWith('sshpass') === true && conf.sshPath.includes('-f')) {
    throw new UserError('this run mode logs in with sshpass and a password from a file: not supported', {
      hint: 'Use a key; or -m sshpass, which asks for the password.',
    });
  }
  const text = conf.commandPrefix;
  if (text === undefined) return undefined;
  const prefix = readSudoPrefix(splitShellWords(text) ?? []);
  if (prefix !== undefined && conf.passwordPrompt === true) return { kind: 'sudo', prefix, text };
  return { kind: 'prefix', text, password: conf.passwordPrompt === true };
}

/** Puts it around executors; the password is asked for once, and kept as long as this. */
export type Escalate = (executor: Executor) => Executor;

export interface EscalationTools {
  /** Undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string | undefined>) | undefined;
  /** Told each secret, so that no record holds it. */
  readonly keepSecret: (secret: string) => void;
  readonly connectMs: number | undefined;
}

export function createEscalate(escalation: Escalation | undefined, tools: EscalationTools): Escalate {
  if (escalation === undefined) return (executor) => executor;
  const trials = secretTrials(escalation.kind === 'sudo' ? 'Password for sudo: ' : 'Password: ', tools);
  if (escalation.kind === 'sudo') {
    const { connectMs } = tools;
    const sudo = createSudo({
      prefix: escalation.prefix,
      trials,
      ...(connectMs === undefined ? {} : { connectMs }),
    });
    return (executor) => sudo.around(executor);
  }
  return (executor) => withPrefix(executor, escalation.text, escalation.password ? trials : undefined);
}

function secretTrials(question: string, { ask, keepSecret }: EscalationTools): SecretTrials {
  return createSecretTrials(async () => {
    const secret = await ask?.(question);
    if (secret !== undefined) keepSecret(secret);
    return secret;
  });
}

import { SshConfigError } from './config-error.ts';

/** Values of the percent tokens, by letter. */
export type Tokens = Readonly<Record<string, string | undefined>>;

/** Replaces `%h` and its like; a token that is not offered for this keyword is an error, as for ssh. */
export function expandTokens(text: string, tokens: Tokens, where: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%(.?)/gs, (_whole, letter: string) => {
    if (letter === '%') return '%';
    const value = tokens[letter];
    if (value === undefined) throw new SshConfigError(where, `unknown token %${letter} in "${text}"`);
    return value;
  });
}

/** Replaces `${NAME}` from the environment; an unset name is an error, as for ssh. */
export function expandEnvironment(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  where: string,
): string {
  if (!text.includes('${')) return text;
  return text.replace(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    const value = env[name];
    if (value === undefined) throw new SshConfigError(where, `environment variable \${${name}} has no value`);
    return value;
  });
}

/** `~` and `~/x` of the user who runs muster. */
export function expandTilde(path: string, home: string): string {
  if (path === '~') return home;
  return path.startsWith('~/') ? `${home}/${path.slice(2)}` : path;
}

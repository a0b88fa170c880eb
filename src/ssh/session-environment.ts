import { SshConfigError } from './config-error.ts';
import type { ResolvedConfig } from './config-resolve.ts';
import { linesOf } from './config-values.ts';
import { matchPattern } from './pattern.ts';

/** SendEnv's patterns that are left when those after a `-` are taken away; they remove only what stands before them. */
export function sendEnvOf(config: ResolvedConfig): readonly string[] {
  let patterns: string[] = [];
  for (const { words, where } of linesOf(config, 'sendenv')) {
    for (const word of words) {
      if (word === '' || word.includes('='))
        throw new SshConfigError(where, `not a name for SendEnv: ${word}`);
      if (word.startsWith('-')) {
        patterns = patterns.filter((pattern) => !matchPattern(pattern, word.slice(1)));
      } else patterns.push(word);
    }
  }
  return patterns;
}

/** SetEnv: `NAME=value`, one word each; the first line counts, as for ssh. */
export function setEnvOf(config: ResolvedConfig): readonly string[] {
  const line = config.first.get('setenv');
  for (const word of line?.words ?? []) {
    if (!word.includes('=')) throw new SshConfigError(line!.where, `not NAME=value in SetEnv: ${word}`);
  }
  return line?.words ?? [];
}

/** What each command is given: names and values; the server takes those that its AcceptEnv lists. */
export function sessionEnvironment(
  sendEnv: readonly string[],
  setEnv: readonly string[],
  own: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const sent: Record<string, string> = {};
  for (const [name, value] of sendEnv.length === 0 ? [] : Object.entries(own)) {
    if (value !== undefined && sendEnv.some((pattern) => matchPattern(name, pattern))) sent[name] = value;
  }
  for (const word of setEnv) {
    const at = word.indexOf('=');
    sent[word.slice(0, at)] = word.slice(at + 1);
  }
  return sent;
}

import { SshConfigError } from './config-error.ts';
import type { ConfigLine } from './config-line.ts';
import type { ResolvedConfig } from './config-resolve.ts';

/** The first word of a keyword's line; undefined when the configuration does not set it. */
export function wordOf(config: ResolvedConfig, keyword: string): string | undefined {
  return config.first.get(keyword)?.words[0];
}

/** A yes/no keyword. */
export function flagOf(config: ResolvedConfig, keyword: string, absent: boolean): boolean {
  return choiceOf(config, keyword, { yes: true, true: true, no: false, false: false }, absent);
}

/** A keyword with a fixed set of values; any other value is an error, as for ssh. */
export function choiceOf<T>(
  config: ResolvedConfig,
  keyword: string,
  choices: Readonly<Record<string, T>>,
  absent: T,
): T {
  const line = config.first.get(keyword);
  if (line === undefined) return absent;
  const word = (line.words[0] ?? '').toLowerCase();
  if (!Object.hasOwn(choices, word)) {
    throw new SshConfigError(
      line.where,
      `${keyword}: not one of ${Object.keys(choices).join(', ')}: ${word}`,
    );
  }
  return choices[word] as T;
}

/** A whole number, zero or more. */
export function countOf(config: ResolvedConfig, keyword: string, absent: number): number {
  const line = config.first.get(keyword);
  if (line === undefined) return absent;
  const word = line.words[0] ?? '';
  if (!/^\d+$/.test(word)) throw new SshConfigError(line.where, `${keyword}: not a number: ${word}`);
  return Number(word);
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A duration such as `90`, `1m30s`, in milliseconds; undefined for `none` or an absent keyword. */
export function durationOf(config: ResolvedConfig, keyword: string): number | undefined {
  const line = config.first.get(keyword);
  const word = (line?.words[0] ?? 'none').toLowerCase();
  if (line === undefined || word === 'none') return undefined;
  if (!/^(\d+[smhdw]?)+$/.test(word))
    throw new SshConfigError(line.where, `${keyword}: not a duration: ${word}`);
  let seconds = 0;
  for (const [, amount, unit] of word.matchAll(/(\d+)([smhdw]?)/g)) {
    seconds += Number(amount) * (secondsIn[unit === '' ? 's' : (unit ?? 's')] ?? 1);
  }
  return seconds * 1000;
}

/** The lines of IdentityFile, CertificateFile or SendEnv. */
export function linesOf(config: ResolvedConfig, keyword: string): readonly ConfigLine[] {
  return config.lists.get(keyword) ?? [];
}

import { SshConfigError } from './config-error.ts';
import type { ConfigLine } from './config-line.ts';
import { expandTokens, type Tokens } from './config-tokens.ts';
import { matchPattern, matchPatternList } from './pattern.ts';

/** What a Match line is judged by, as far as the configuration is known when the line is reached. */
export interface MatchFacts {
  readonly originalHost: string;
  readonly host: string;
  readonly user: string;
  readonly localUser: string;
  /** The second pass, which `Match final` asks for. */
  readonly finalPass: boolean;
  readonly tokens: () => Tokens;
  /** Runs a `Match exec` command; true for exit status 0. */
  readonly exec: (command: string, where: string) => Promise<boolean>;
  /** Called when a line asks for the second pass. */
  readonly wantFinalPass: () => void;
}

/** `Host a* !ab`: true when some pattern matches and no negated one does. */
export function matchesHostLine(line: ConfigLine, originalHost: string): boolean {
  if (line.words.length === 0) throw new SshConfigError(line.where, 'Host without a pattern');
  let matched = false;
  for (const pattern of line.words) {
    if (pattern.startsWith('!')) {
      if (matchPattern(originalHost, pattern.slice(1))) return false;
    } else if (matchPattern(originalHost, pattern)) matched = true;
  }
  return matched;
}

/** Judges a Match line. Commands of `exec` run only while everything before them matched. */
export async function matchesMatchLine(line: ConfigLine, facts: MatchFacts): Promise<boolean> {
  const words = [...line.words];
  if (words.length === 0) throw new SshConfigError(line.where, 'Match without a criterion');
  let matched = true;
  let seen = 0;
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const negated = word.startsWith('!');
    const [criterion, inline] = splitCriterion(negated ? word.slice(1) : word);
    seen += 1;
    if (criterion === 'all') {
      // as ssh 9.2 counts: last, and after one criterion at most
      const alone = words.length === 0 && seen <= 2;
      if (!alone || inline !== undefined) {
        throw new SshConfigError(line.where, '"Match all" cannot be combined with other criteria');
      }
      if (negated) matched = false;
      continue;
    }
    if (criterion === 'canonical' || criterion === 'final') {
      if (criterion === 'final') facts.wantFinalPass();
      if (facts.finalPass === negated) matched = false;
      continue;
    }
    const value = inline ?? words.shift();
    if (value === undefined || value === '') {
      throw new SshConfigError(line.where, `Match ${criterion} without a value`);
    }
    const result = await judge(criterion, value, facts, line.where, matched);
    if (result === negated) matched = false;
  }
  return matched;
}

async function judge(
  criterion: string,
  value: string,
  facts: MatchFacts,
  where: string,
  matchedSoFar: boolean,
): Promise<boolean> {
  switch (criterion) {
    case 'host':
      return matchPatternList(facts.host, value.split(','));
    case 'originalhost':
      return matchPatternList(facts.originalHost, value.split(','));
    case 'user':
      return matchPatternList(facts.user, value.split(','));
    case 'localuser':
      return matchPatternList(facts.localUser, value.split(','));
    case 'exec':
      return matchedSoFar && (await facts.exec(expandTokens(value, facts.tokens(), where), where));
    default:
      throw new SshConfigError(where, `Match criterion "${criterion}" is not supported`);
  }
}

/** `host=a` is `host a`. */
function splitCriterion(word: string): [string, string | undefined] {
  const equals = word.indexOf('=');
  if (equals < 0) return [word.toLowerCase(), undefined];
  return [word.slice(0, equals).toLowerCase(), word.slice(equals + 1)];
}

import {
  completeExpression,
  completeGroups,
  completeSources,
  type CompletionNames,
} from '../nodetools/complete-expression.ts';
import type { CommandShape, CommandTable } from './command-words.ts';
import { findShortFlag, type FlagShape } from './flag-lookup.ts';

/** A flag as the manifest has it. */
interface CompletionFlag extends FlagShape {
  readonly options?: readonly string[] | undefined;
  readonly hidden?: boolean | undefined;
}

/** Names for an `-s SOURCE` and a `--groupsconf FILE` typed before. */
export type OpenNames = (groupSource: string | undefined, groupsConf: string | undefined) => CompletionNames;

/** Options whose value is a node set, groups, or a group source, by name. */
const nodeSetFlags = new Set(['nodes', 'exclude', 'intersection', 'xor']);
const groupFlags = new Set(['group', 'exclude-group']);

/** What the words before the cursor say. */
interface Situation {
  readonly command: CommandShape;
  /** The option whose value is next. */
  readonly pending: CompletionFlag | undefined;
  readonly hasWord: boolean;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Candidates for the word at the cursor, whole words. None also means: let the shell complete a file name.
 * @param words what stands before, without the program's name
 */
export async function completeWords(
  words: readonly string[],
  current: string,
  commands: CommandTable,
  openNames: OpenNames,
): Promise<string[]> {
  const situation = situationOf(words, current, commands);
  if (situation === undefined || (words.length > 0 && isTopic(words.join(':'), commands))) {
    return commandCandidates(words, current, commands);
  }
  const { command, pending, hasWord, values } = situation;
  const names = openNames(values.get('groupsource'), values.get('groupsconf'));
  if (pending !== undefined) return valueCandidates(pending, current, names);
  if (command.stopAtFirstWord === true && hasWord) return [];
  if (current.startsWith('-')) {
    const { flag, before } = valueInWord(current, command);
    if (flag === undefined) return flagCandidates(current, command);
    const typed = current.slice(before.length);
    return (await valueCandidates(flag, typed, names)).map((value) => before + value);
  }
  return wordCandidates(command, current, names);
}

/** Undefined where no command is named yet; options first mean `run`. */
function situationOf(
  words: readonly string[],
  current: string,
  commands: CommandTable,
): Situation | undefined {
  const run = commands['run'];
  if ((words[0] ?? current).startsWith('-')) return run === undefined ? undefined : readOptions(words, run);
  for (const length of [2, 1]) {
    const id = words.slice(0, length).join(':');
    const command = Object.values(commands).find(
      (one) => words.length >= length && (one.id === id || one.aliases?.includes(id) === true),
    );
    if (command !== undefined) return readOptions(words.slice(length), command);
  }
  return undefined;
}

function readOptions(words: readonly string[], command: CommandShape): Situation {
  let pending: CompletionFlag | undefined;
  let hasWord = false;
  const values = new Map<string, string>();
  for (const word of words) {
    if (pending !== undefined) {
      values.set(pending.name, word);
      pending = undefined;
      continue;
    }
    if (hasWord && command.stopAtFirstWord === true) break;
    if (!word.startsWith('-') || word === '-') {
      hasWord = true;
      continue;
    }
    const { flag, before } = valueInWord(word, command);
    if (flag === undefined) continue;
    if (before === word && !word.endsWith('=')) pending = flag;
    else values.set(flag.name, word.slice(before.length));
  }
  return { command, pending, hasWord, values };
}

/** The option in `--nodes=x`, `-wx`, `-bwx` that takes the rest as its value; `before` is what precedes that. */
function valueInWord(
  word: string,
  command: CommandShape,
): { flag: CompletionFlag | undefined; before: string } {
  const none = { flag: undefined, before: word };
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const flag = longFlag(equals === -1 ? word.slice(2) : word.slice(2, equals), command);
    if (flag?.type !== 'option') return none;
    return { flag, before: equals === -1 ? word : word.slice(0, equals + 1) };
  }
  for (let at = 1; at < word.length; at += 1) {
    const flag = findShortFlag(word[at]!, command.flags);
    if (flag?.type === 'option') return { flag, before: word.slice(0, at + 1) };
  }
  return none;
}

/** Only whole names while typing: a beginning may still become another option. */
function longFlag(name: string, command: CommandShape): CompletionFlag | undefined {
  const flag = Object.hasOwn(command.flags, name) ? command.flags[name] : undefined;
  return flag ?? Object.values(command.flags).find(({ aliases }) => aliases?.includes(name) === true);
}

function valueCandidates(
  flag: CompletionFlag,
  typed: string,
  names: CompletionNames,
): Promise<string[]> | string[] {
  if (nodeSetFlags.has(flag.name)) return completeExpression(typed, names);
  if (groupFlags.has(flag.name)) return completeGroups(typed, names);
  if (flag.name === 'groupsource') return completeSources(typed, names);
  return (flag.options ?? []).filter((option) => option.startsWith(typed));
}

async function wordCandidates(
  { id }: CommandShape,
  current: string,
  names: CompletionNames,
): Promise<string[]> {
  if (id === 'nodes') return completeExpression(current, names);
  if (id === 'groups') {
    return current.startsWith('@') ? completeExpression(current, names) : completeSources(current, names);
  }
  return id === 'completion' ? ['bash', 'zsh', 'fish'].filter((shell) => shell.startsWith(current)) : [];
}

function flagCandidates(current: string, command: CommandShape): string[] {
  const flags: CompletionFlag[] = Object.values(command.flags);
  const names = flags
    .filter(({ hidden }) => hidden !== true)
    .flatMap(({ name, type, char }) => [
      type === 'option' ? `--${name}=` : `--${name}`,
      ...(current === '-' && char !== undefined ? [`-${char}`] : []),
    ]);
  return [...names, '--help'].filter((name) => name.startsWith(current)).sort();
}

function isTopic(id: string, commands: CommandTable): boolean {
  return Object.keys(commands).some((command) => command.startsWith(`${id}:`));
}

/** First words of commands, or the second word after a first that begins several. */
function commandCandidates(words: readonly string[], current: string, commands: CommandTable): string[] {
  const found = new Set<string>();
  for (const command of Object.values(commands)) {
    if (command.hidden === true) continue;
    for (const id of [command.id, ...(command.aliases ?? [])]) {
      const parts = id.split(':');
      const next = parts[words.length];
      if (next?.startsWith(current) === true && words.every((word, at) => word === parts[at])) {
        found.add(next);
      }
    }
  }
  return [...found].sort();
}

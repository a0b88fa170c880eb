import { UserError } from '../errors.ts';
import { findCommandWords, type CommandTable, type CommandShape } from './command-words.ts';
import { findLongFlag, findShortFlag, type FlagShape } from './flag-lookup.ts';

/**
 * oclif takes a value that looks like a flag (`-o '-F file'`) for a missing value.
 * A NUL cannot occur in argv, so it marks such a value on its way through oclif; `BaseCommand.parse` removes it.
 */
export const valueMark = '\0';

/** Hyphen look-alikes that slides and word processors put in place of `-`. */
const dashes = /^[\u2010-\u2015\u2212]/;

/**
 * A command line as people type it for clush, turned into one that oclif reads the same way:
 * options without a command word mean `run`; short options may be clustered and glued to their value; long ones
 * may be shortened while unique; for `run` and its like the options end at the first word of the remote command.
 * @throws UserError for an unknown command, an ambiguous prefix, or a dash that is no hyphen
 */
export function normalizeArgv(argv: readonly string[], commands: CommandTable): string[] {
  const first = argv[0];
  if (first === undefined || first === '--help' || first === '-h' || first === '--version') return [...argv];
  refuseOtherDashes(first);
  if (first === 'help') return [...argv.slice(1), '--help'];
  const found = first.startsWith('-')
    ? { id: 'run', rest: [...argv], command: commands['run'] }
    : findCommandWords(argv, commands);
  if (found.command === undefined) return [...argv];
  return [found.id, ...normalizeOptions(found.rest, found.command)];
}

function normalizeOptions(argv: readonly string[], command: CommandShape): string[] {
  const options: string[] = [];
  const words: string[] = [];
  let index = 0;
  let copying = false;
  while (index < argv.length) {
    const arg = argv[index]!;
    if (arg === '--') {
      words.push(...argv.slice(index + 1));
      break;
    }
    refuseOtherDashes(arg);
    if (!arg.startsWith('-') || arg === '-' || isNegativeIndex(arg, command)) {
      if (command.stopAtFirstWord === true && !copying) {
        words.push(...argv.slice(index));
        break;
      }
      // Elsewhere options and words may mix, and their order can matter (`nodes a -x b -i c`).
      if (command.stopAtFirstWord === true) words.push(arg);
      else options.push(arg);
      index += 1;
      continue;
    }
    const read = arg.startsWith('--') ? readLong(arg, command) : readCluster(arg, command);
    for (const { flag, text, value } of read) {
      if (flag !== undefined && command.intersperseAfter?.includes(flag.name) === true) copying = true;
      if (flag?.type !== 'option') {
        options.push(text);
        continue;
      }
      const given = value ?? argv[++index];
      if (given === undefined)
        throw new UserError(`option ${text} needs a value`, { hint: seeHelp(command) });
      options.push(`--${flag.name}=${given.startsWith('-') ? valueMark : ''}${given}`);
    }
    index += 1;
  }
  return words.length === 0 ? options : [...options, '--', ...words];
}

interface ReadFlag {
  /** Undefined: not one of the command's; oclif says so. */
  readonly flag: FlagShape | undefined;
  readonly text: string;
  readonly value?: string | undefined;
}

function readLong(arg: string, command: CommandShape): ReadFlag[] {
  const equals = arg.indexOf('=');
  const name = equals === -1 ? arg.slice(2) : arg.slice(2, equals);
  if (name === 'help') return [{ flag: undefined, text: arg }];
  const flag = findLongFlag(name, command.flags);
  if (flag === undefined) return [{ flag, text: arg }];
  const text = `--${flag.name}`;
  if (equals === -1) return [{ flag, text }];
  if (flag.type !== 'option')
    throw new UserError(`option ${text} takes no value`, { hint: seeHelp(command) });
  return [{ flag, text, value: arg.slice(equals + 1) }];
}

/** `-bLw@x` is `-b -L -w @x`: the first option that takes a value ends the cluster. */
function readCluster(arg: string, command: CommandShape): ReadFlag[] {
  const read: ReadFlag[] = [];
  for (let at = 1; at < arg.length; at += 1) {
    const char = arg[at]!;
    const flag = findShortFlag(char, command.flags);
    if (flag === undefined) {
      read.push({ flag, text: char === 'h' ? '--help' : `-${char}` });
      continue;
    }
    const rest = arg.slice(at + 1);
    read.push({ flag, text: `--${flag.name}`, value: rest === '' ? undefined : rest });
    if (flag.type === 'option') break;
  }
  return read;
}

/** `nodes -R -f 3 -5`: no option is a digit there, and negative indexes exist. */
function isNegativeIndex(arg: string, command: CommandShape): boolean {
  return command.stopAtFirstWord !== true && /^-\d/.test(arg) && !findShortFlag(arg[1]!, command.flags);
}

function refuseOtherDashes(arg: string): void {
  if (!dashes.test(arg)) return;
  const code = arg.codePointAt(0)!.toString(16).toUpperCase();
  throw new UserError(`${arg} starts with a typographic dash (U+${code}), not with a hyphen`, {
    hint: `Type it again with the minus key: ${arg.replace(dashes, '-')}`,
  });
}

function seeHelp(command: CommandShape): string {
  return `See: muster ${command.id.replaceAll(':', ' ')} --help`;
}

import { UserError } from '../errors.ts';
import type { FlagTable } from './flag-lookup.ts';

/** What the argument reader needs of a command; oclif's cached commands have this shape. */
export interface CommandShape {
  readonly id: string;
  readonly flags: FlagTable;
  readonly aliases?: readonly string[];
  readonly hidden?: boolean | undefined;
  /** Options end at the first word: the rest is the remote command. */
  readonly stopAtFirstWord?: boolean;
  /** After one of these flags options and words may mix again (clush's --copy). */
  readonly intersperseAfter?: readonly string[];
}

export type CommandTable = Readonly<Record<string, CommandShape>>;

export interface FoundCommand {
  /** With `:` between words, as oclif knows it. */
  readonly id: string;
  readonly command: CommandShape | undefined;
  readonly rest: string[];
}

/**
 * The command that the first words name: `runs list` before `runs`; an alias counts (`nodeset`).
 * `command` is undefined for a topic alone (`runs`), whose help oclif shows.
 * @throws UserError when the first word names nothing
 */
export function findCommandWords(argv: readonly string[], commands: CommandTable): FoundCommand {
  for (const length of [2, 1]) {
    const id = argv.slice(0, length).join(':');
    if (argv.length < length) continue;
    for (const command of Object.values(commands)) {
      if (command.id !== id && command.aliases?.includes(id) !== true) continue;
      return { id: command.id, command, rest: argv.slice(length) };
    }
  }
  const word = argv[0]!;
  if (Object.keys(commands).some((id) => id.startsWith(`${word}:`))) {
    return { id: word, command: undefined, rest: argv.slice(1) };
  }
  throw new UserError(`unknown command ${JSON.stringify(word)}`, {
    code: 'UNKNOWN_COMMAND',
    hint: `To run it on nodes: muster -w NODES ${word} …   All commands: muster --help`,
  });
}

import { UserError } from '../errors.ts';

/** What a pattern in a local command stands for. */
export interface PatternValues {
  readonly node: string;
  /** Place of the node in the run, from 0. */
  readonly rank: number;
  /** The whole node set, folded. */
  readonly nodeSet: string;
}

/** The longest name first: `%hosts` is not `%h` and `osts`. */
const pattern = /%(%|hosts|host|h|rank|n|.?)/gs;

/**
 * Replaces clush's patterns in a command of the exec worker: %h and %host the node, %n and %rank its place,
 * %hosts the whole set, %% a percent sign.
 * @throws UserError for any other letter after a percent sign
 */
export function expandPatterns(command: string, values: PatternValues): string {
  return command.replaceAll(pattern, (all, name: string) => {
    switch (name) {
      case '%':
        return '%';
      case 'h':
      case 'host':
        return values.node;
      case 'n':
      case 'rank':
        return String(values.rank);
      case 'hosts':
        return values.nodeSet;
      default:
        throw new UserError(`${JSON.stringify(all)} is no pattern of the exec worker`, {
          hint: 'Patterns are %h, %rank and %hosts; write %% for a percent sign.',
        });
    }
  });
}

/** A command about the whole set runs once, and its output counts for every node. */
export function runsOnce(command: string): boolean {
  return command.replaceAll('%%', '').includes('%hosts');
}

import { UserError } from '../errors.ts';

/** A command of the user's whose answer is compared like a version. */
export interface Probe {
  /** Letters, digits and `.-_`: it becomes a column. */
  readonly name: string;
  /** Run by `sh` on each node as the user who logs in. */
  readonly command: string;
  /** What of the output counts; null: nothing. */
  readonly parse: (output: string) => string | null;
}

/**
 * @param pattern a regular expression: its first group counts, or all it matches; without it the first thing that looks
 *   like a version counts, or else the first line
 * @throws UserError for a name or pattern that cannot be used
 */
export function makeProbe(name: string, command: string, pattern?: string): Probe {
  if (!/^[\w.-]+$/.test(name)) {
    throw new UserError(`${JSON.stringify(name)} cannot be the name of a probe`, {
      hint: 'Letters, digits, dots, hyphens and underscores can.',
    });
  }
  if (pattern === undefined) return { name, command, parse: firstVersion };
  let regex: RegExp;
  try {
    regex = new RegExp(pattern, 'm');
  } catch (error) {
    throw new UserError(`probe ${name}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  return {
    name,
    command,
    parse(output) {
      const match = regex.exec(output);
      return match === null ? null : (match[1] ?? match[0]);
    },
  };
}

/** A command given by itself is named by its program: `/usr/sbin/haproxy -v` is `haproxy`. */
export function probeOfCommand(command: string): Probe {
  const program = command.trim().split(/\s/)[0] ?? '';
  const name = program.slice(program.lastIndexOf('/') + 1).replaceAll(/[^\w.-]/g, '_');
  return makeProbe(name === '' ? 'probe' : name, command);
}

function firstVersion(output: string): string | null {
  const version = /(?<![\w.])v?(\d+(?:\.\d+)+[\w.+~-]*)/.exec(output)?.[1];
  return (
    version ??
    output
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ??
    null
  );
}

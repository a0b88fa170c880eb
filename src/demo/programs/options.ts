export interface ReadOptions {
  /** Letters given, each once. */
  readonly flags: ReadonlySet<string>;
  /** Values of the options that take one, by letter; the last counts. */
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** A letter that is not known. */
  readonly unknown?: string;
}

/** Reads short options (`-rn`, `-n 5`, `-n5`) as getopt does; `valued` are the letters that take a value. */
export function readOptions(args: readonly string[], flags: string, valued = ''): ReadOptions {
  const given = new Set<string>();
  const values = new Map<string, string>();
  const operands: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      operands.push(...rest);
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at += 1) {
      const letter = arg[at]!;
      if (valued.includes(letter)) {
        values.set(letter, arg.slice(at + 1) || (rest.shift() ?? ''));
        break;
      }
      if (!flags.includes(letter)) {
        return { flags: given, values, operands, unknown: arg.startsWith('--') ? arg : letter };
      }
      given.add(letter);
    }
  }
  return { flags: given, values, operands };
}

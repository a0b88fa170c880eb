/** sudo as a `command_prefix` of clush.conf names it. */
export interface SudoPrefix {
  /** Words before the command, each for a shell: `/usr/bin/sudo -u postgres`; without -S, -n, -p. */
  readonly words: string;
}

/**
 * Undefined when the prefix is not sudo's: it stands before the command as it is written then.
 * @param words of the prefix, quotes taken away
 */
export function readSudoPrefix(words: readonly string[]): SudoPrefix | undefined {
  const [program, ...options] = words;
  if (program === undefined || program.replace(/^.*\//, '') !== 'sudo') return undefined;
  const kept: string[] = [];
  for (let index = 0; index < options.length; index += 1) {
    const option = options[index]!;
    if (option === '-p' || option === '--prompt') index += 1;
    else if (option === '--') continue;
    else if (!/^(-S|--stdin|-n|--non-interactive|-p.+|--prompt=.*)$/.test(option)) kept.push(option);
  }
  return { words: [program, ...kept].map(forShell).join(' ') };
}

/** As written where it is harmless: any login shell understands it then. */
function forShell(word: string): string {
  return /^[A-Za-z0-9_./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

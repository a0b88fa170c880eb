import { shellQuote } from './shell-quote.ts';

/** Runs a script by `sh` as root: as it is for root, else by sudo, which must not ask. One line for any POSIX shell. */
export function asRoot(script: string): string {
  const quoted = shellQuote(script);
  return `if [ "$(id -u)" = 0 ]; then sh -c ${quoted}; else sudo -n sh -c ${quoted}; fi`;
}

import type { BrokenPackages } from './package-driver.ts';

/**
 * What `dpkg --audit` finds; null: nothing. It prints a sentence for each kind of trouble, then the packages it is about,
 * each in a line that begins with a blank (dpkg 1.21).
 */
export function readAudit(lines: readonly string[]): BrokenPackages | null {
  if (lines.length === 0) return null;
  const half = new Set<string>();
  const unconfigured = new Set<string>();
  let words = '';
  let isName = false;
  for (const line of lines) {
    const name = /^ ([^\s:]+)/.exec(line)?.[1];
    if (name === undefined) words = isName ? line : `${words} ${line}`;
    else (/reinstall|half installed/.test(words) ? half : unconfigured).add(name);
    isName = name !== undefined;
  }
  return { said: lines[0]!, half: [...half], unconfigured: [...unconfigured] };
}

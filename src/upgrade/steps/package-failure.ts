import type { CommandFailure } from '../../rolling/command-step.ts';

/**
 * Names the cause of a failed package command, and what to do.
 * @param goOn the command that goes on then
 */
export function explainPackages(
  node: string,
  goOn: string,
): (failure: CommandFailure) => { readonly message: string; readonly hint: string } {
  return ({ message, output: printed }) => {
    // What was waited for, and came: `waiting:` says our script, `Waiting for cache lock: Could not get lock` apt-get.
    const output = printed?.replaceAll(/^waiting\b.*\n?/gim, '');
    const causes = output === undefined ? [message] : causesOf(output);
    const known =
      hints.find(([pattern]) => causes.some((line) => pattern.test(line))) ??
      hints.find(([pattern]) => pattern.test(output ?? ''));
    return {
      message: output === undefined ? message : causeOf(causes, output, known?.[0]) || message,
      hint: `${known?.[1](node) ?? `Mend it on ${node}`}; then ${goOn}.`,
    };
  };
}

/** What apt, dpkg and dnf call an error; the lines that explain one begin with a blank. */
function causesOf(output: string): string[] {
  const joined = output.replaceAll(/:\n +(?=\S)/g, ': ').split('\n');
  const causes = joined.filter((line) => /^E: |^dpkg: (?:error|unrecoverable)|^Error:/.test(line));
  // apt names each file it could not get before it says why.
  return causes.length > 0 ? causes : joined.filter((line) => line.startsWith('Err:'));
}

function causeOf(causes: readonly string[], output: string, known: RegExp | undefined): string {
  const told = [...causes, ...output.split('\n')].find((line) => known?.test(line));
  return (told ?? causes.slice(0, 2).join(' ')).replace(/^E: /, '');
}

/** Of whom the first is likely the cause of the others. */
const hints: readonly (readonly [RegExp, (node: string) => string])[] = [
  [
    // The kernel, apt-get before it downloads, dnf and rpm before they install.
    /No space left|enough free space|more space (?:needed )?on the/i,
    (node) => `Make room on ${node} (what was left half done is ended when the run goes on)`,
  ],
  [
    /held packages|Held packages were changed/i,
    (node) => `On ${node}: apt-mark showhold, apt-mark unhold PACKAGE`,
  ],
  [
    /Could not get lock|lock-frontend|frontend lock/i,
    (node) => `Somebody else works with packages on ${node} (fuser -v /var/lib/dpkg/lock-frontend)`,
  ],
  [
    /Failed to fetch|was not found|Unable to fetch|File not found/i,
    (node) => `${node} does not get it from its repository; mend that (apt-get update), or plan anew`,
  ],
  [/dpkg was interrupted/i, (node) => `On ${node}: dpkg --configure -a`],
];

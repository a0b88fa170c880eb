import { randomBytes } from 'node:crypto';
import { askCommand } from '../fanout/ask-command.ts';
import type { Executor } from '../fanout/executor.ts';
import { apt } from './apt.ts';
import { dnf } from './dnf.ts';
import { factsScript } from './facts-script.ts';
import type { PackageDriver, PackageFacts, PackageWish } from './package-driver.ts';
import { readPackageFacts } from './read-facts.ts';

/** Asks one node what upgrading some packages would do. A sentence fragment says why there is no answer. */
export async function askPackages(
  executor: Executor,
  node: string,
  wish: PackageWish,
  signal: AbortSignal,
): Promise<PackageFacts | string> {
  const nonce = randomBytes(9).toString('hex');
  const script = Buffer.from(factsScript(nonce, wish));
  const { outcome, stdout } = await askCommand(
    executor,
    node,
    {
      command: 'exec sh -s',
      timeoutMs: 120_000,
      stdin: async function* () {
        yield script;
      },
    },
    signal,
  );
  const facts = readPackageFacts(stdout, nonce, wish.major);
  if (facts !== undefined) return facts;
  return 'message' in outcome
    ? outcome.message
    : 'its package manager is neither apt nor dnf, or did not answer';
}

/** Asks the repositories anew, whichever manager the node has. */
export function refreshCommand(): string {
  return `if command -v apt-get >/dev/null 2>&1; then
${apt.refresh()}
else
${dnf.refresh()}
fi`;
}

export function packageDriver(manager: PackageFacts['manager']): PackageDriver {
  return manager === 'apt' ? apt : dnf;
}

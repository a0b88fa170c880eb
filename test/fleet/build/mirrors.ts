import { UserError } from '../../../src/errors.ts';
import { mustRun, runProgram } from '../program.ts';

/** The suite every host of the fleet runs. */
export const suite = 'bookworm';

/** Where packages come from while building. */
export interface Mirrors {
  readonly main: string;
  readonly security: string;
}

/**
 * The mirrors this machine's own apt uses for the suite (any sources format: apt itself is asked).
 * Other machines name them: MUSTER_FLEET_MIRROR and MUSTER_FLEET_SECURITY_MIRROR.
 */
export async function findMirrors(): Promise<Mirrors> {
  const targets = await indexTargets();
  const main = process.env['MUSTER_FLEET_MIRROR'] ?? targets.get(suite);
  const security = process.env['MUSTER_FLEET_SECURITY_MIRROR'] ?? targets.get(`${suite}-security`);
  if (main === undefined || security === undefined) {
    throw new UserError(
      `this machine's apt has no ${main === undefined ? suite : `${suite}-security`} mirror of Debian`,
      {
        code: 'FLEET_MIRROR',
        hint: 'Run `apt-get update`, or name them in MUSTER_FLEET_MIRROR and MUSTER_FLEET_SECURITY_MIRROR.',
      },
    );
  }
  return { main, security };
}

async function indexTargets(): Promise<Map<string, string>> {
  const format = '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)';
  const listed = await runProgram('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const mirrors = new Map<string, string>();
  for (const line of listed.stdout.split('\n')) {
    const [origin, codename, component, uri] = line.split(' ');
    if (origin === 'Debian' && component === 'main' && codename !== undefined && uri !== undefined) {
      mirrors.set(codename, uri);
    }
  }
  return mirrors;
}

/** How this machine's apt reaches its mirrors: proxies, retries, checks of dates. */
export async function aptAccessSettings(): Promise<string> {
  const dump = await mustRun('apt-config', ['dump']);
  const wanted = /^Acquire::(Check-|Retries|Force|(https?::)?(Proxy|Timeout|Verify))/i;
  return dump
    .split('\n')
    .filter((line) => wanted.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

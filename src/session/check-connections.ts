import { UserError } from '../errors.ts';
import { ConnectFailure } from '../ssh/connect-failure.ts';
import { readJump } from '../ssh/jump-hosts.ts';
import type { ConnectionSettings } from '../ssh/settings.ts';

type Describe = (node: string) => Promise<ConnectionSettings>;

/**
 * Reads how every node and its jump hosts would be reached, before anybody is contacted: what is read is kept for connecting.
 * @throws UserError for a mistake in ssh_config, in -o, or a ProxyJump that cannot be read or goes in a circle
 */
export async function checkConnections(nodes: readonly string[], describe: Describe): Promise<void> {
  const good = new Set<string>();
  for (const node of nodes) await checkJumps(await describe(node), [node], good, describe);
}

async function checkJumps(
  settings: ConnectionSettings,
  behind: readonly string[],
  good: Set<string>,
  describe: Describe,
): Promise<void> {
  const [outermost, ...inner] = settings.jumps;
  if (outermost === undefined) return;
  const { host } = readHost(outermost);
  for (const jump of inner) readHost(jump);
  if (good.has(host)) return;
  // A host that jumps through itself is reached directly, as with ssh.
  if (host !== behind.at(-1) && behind.includes(host)) {
    throw new UserError(`ProxyJump goes in a circle: ${[...behind, host].join(' → ')}`, {
      code: 'SSH_CONFIG',
    });
  }
  if (host !== behind.at(-1)) await checkJumps(await describe(host), [...behind, host], good, describe);
  good.add(host);
}

function readHost(jump: string): { readonly host: string } {
  try {
    return readJump(jump);
  } catch (error) {
    if (!(error instanceof ConnectFailure)) throw error;
    throw new UserError(error.message, { code: 'SSH_CONFIG' });
  }
}

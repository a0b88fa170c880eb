import { SshConfigError } from './config-error.ts';

/** The last gate before a name reaches ssh_config, DNS, a shell of ProxyCommand or a file: letters that mean nothing there. */
export function refuseHostileName(node: string): void {
  if (node.length <= 253 && /^[A-Za-z0-9._:%[\]][A-Za-z0-9._:%[\]-]*$/.test(node)) return;
  throw new SshConfigError('node name', `not a name of a node: ${JSON.stringify(node).slice(0, 80)}`);
}

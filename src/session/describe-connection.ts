import type { ConnectionSettings } from '../ssh/settings.ts';

/** How a node is reached, for people. */
export interface DescribedConnection {
  /** `user@host:port` */
  readonly login: string;
  readonly via: readonly string[];
  readonly keys: readonly string[];
}

/** How a node is reached; without settings the command runs on this machine. */
export function describeConnection(settings: ConnectionSettings | undefined): DescribedConnection {
  if (settings === undefined) return { login: 'this machine', via: [], keys: [] };
  const { user, hostName, port, jumps, proxyCommand, identityFiles, identityAgent } = settings;
  return {
    login: `${user}@${hostName.includes(':') ? `[${hostName}]` : hostName}:${port}`,
    via: proxyCommand === undefined ? jumps : [`ProxyCommand ${proxyCommand}`],
    keys: [
      ...(identityAgent === undefined ? [] : ['agent']),
      ...identityFiles.filter(({ explicit }) => explicit).map(({ path }) => path),
    ],
  };
}

/** The same on one line. */
export function connectionText(settings: ConnectionSettings): string {
  const { login, via, keys } = describeConnection(settings);
  const way = via.length === 0 ? '' : ` via ${via.join(' → ')}`;
  return `${login}${way}, keys: ${keys.join(', ') || 'none'}`;
}

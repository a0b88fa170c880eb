import type { ResolvedConfig } from './config-resolve.ts';
import { flagOf } from './config-values.ts';
import { isSystemWide, phrase } from './needs-openssh.ts';

/** Logging in with a Kerberos ticket, which only the system's ssh can do. */
export interface GssapiWish {
  /** `gssapiauthentication yes (/etc/ssh/ssh_config:52)` */
  readonly line: string;
  /**
   * Distributions turn it on for everybody: that alone means "as well". True where somebody wrote it for this node:
   * then a ticket comes first, as for ssh.
   */
  readonly first: boolean;
  /** The tickets go along to the node: no other way to log in has that effect. */
  readonly delegation: string | undefined;
}

export function gssapiOf(config: ResolvedConfig): GssapiWish | undefined {
  const line = config.first.get('gssapiauthentication');
  if (line === undefined || !flagOf(config, 'gssapiauthentication', false)) return undefined;
  const preferred = config.first.get('preferredauthentications');
  if (preferred !== undefined && !(preferred.words[0] ?? '').split(',').includes('gssapi-with-mic')) {
    return undefined;
  }
  const delegates = flagOf(config, 'gssapidelegatecredentials', false);
  return {
    line: phrase(line),
    first: delegates || preferred !== undefined || !isSystemWide(line),
    delegation: delegates ? phrase(config.first.get('gssapidelegatecredentials')!) : undefined,
  };
}

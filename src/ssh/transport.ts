import { ConnectFailure } from './connect-failure.ts';
import type { KnownHosts } from './known-hosts.ts';
import type { TicketState } from './kerberos-ticket.ts';
import type { ConnectionSettings } from './settings.ts';

/** `auto`: the built-in client, or the system's ssh for a node whose configuration needs it. */
export type TransportPreference = 'auto' | 'ssh2' | 'openssh';

/** How a node is spoken to, and why. */
export interface TransportChoice {
  readonly transport: 'ssh2' | 'openssh';
  /** One phrase each, with file and line where there is one. */
  readonly because: readonly string[];
}

/**
 * @param ticket undefined where the configuration gives it no precedence
 * @param known undefined where known_hosts cannot be read: that is told when connecting
 * @throws ConnectFailure when the configuration asks for what the chosen transport cannot do
 */
export function chooseTransport(
  settings: ConnectionSettings,
  preference: TransportPreference,
  known: KnownHosts | undefined,
  ticket: TicketState | undefined,
): TransportChoice {
  if (settings.refusesConnection !== undefined) {
    throw new ConnectFailure(
      'config',
      'config',
      `ssh_config refuses connections: ${settings.refusesConnection}`,
    );
  }
  const [leavesNoCommand] = settings.leavesNoCommand;
  if (leavesNoCommand !== undefined) {
    throw new ConnectFailure(
      'config',
      'config',
      `ssh_config leaves no room for a command: ${leavesNoCommand}`,
      {
        hint: 'ssh refuses a command here too; set RemoteCommand none and SessionType default for this host.',
      },
    );
  }
  if (preference === 'openssh') return { transport: 'openssh', because: ['it was asked for'] };
  const needs = [...settings.needsOpenSsh];
  const authority = known?.certAuthority;
  if (authority !== undefined && known?.types.length === 0) {
    needs.push(`@cert-authority (${authority.file}:${authority.line})`);
  }
  const usesTicket = settings.gssapi?.first === true && (ticket === 'valid' || ticket === 'unknown');
  const delegation = usesTicket ? settings.gssapi.delegation : undefined;
  if (delegation !== undefined) needs.push(delegation);
  else if (usesTicket && preference === 'auto') needs.push(settings.gssapi.line);
  if (needs.length === 0) {
    const without = settings.gssapi?.first === true && (ticket === 'none' || ticket === 'expired');
    const why = without ? `${settings.gssapi.line} would need a Kerberos ticket` : 'nothing needs more';
    return { transport: 'ssh2', because: [why] };
  }
  if (preference === 'auto') return { transport: 'openssh', because: needs };
  // a plain key may be known or accepted: that is judged when the server shows one
  const asked = needs.filter((need) => !need.startsWith('@'));
  if (asked.length === 0) return { transport: 'ssh2', because: ['it was asked for'] };
  throw new ConnectFailure('config', 'config', `ssh_config asks for ${asked.join(', ')}`, {
    hint: 'Only the system’s ssh can do this: leave out --transport ssh2.',
  });
}

/** There is no ssh program to do what only it can. */
export function noOpenSsh({ because }: TransportChoice): ConnectFailure {
  return new ConnectFailure(
    'config',
    'config',
    `the system's ssh is needed (${because.join(', ')}) and there is no ssh program in PATH`,
    { hint: 'Install the OpenSSH client (Debian: openssh-client).' },
  );
}

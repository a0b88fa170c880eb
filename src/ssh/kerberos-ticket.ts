import { execFile } from 'node:child_process';
import { ConnectFailure } from './connect-failure.ts';
import type { GssapiWish } from './gssapi.ts';
import { findProgram } from './openssh-program.ts';
import type { ConnectionSettings } from './settings.ts';

/** `unknown`: there is no klist program to ask. */
export type TicketState = 'valid' | 'expired' | 'none' | 'unknown';

/** Whether this user has a Kerberos ticket. */
export interface Tickets {
  state(): Promise<TicketState>;
}

/** A shell lives long, and `kinit` may be run beside it. */
const holdsMs = 10_000;
const limitMs = 5000;

/** Asks `klist` of MIT Kerberos or Heimdal, at most once in ten seconds. */
export function createTickets(env: Readonly<Record<string, string | undefined>>): Tickets {
  let asked: { readonly at: number; readonly state: Promise<TicketState> } | undefined;
  return {
    state() {
      const now = performance.now();
      if (asked === undefined || now - asked.at > holdsMs) asked = { at: now, state: askKlist(env) };
      return asked.state;
    },
  };
}

async function askKlist(env: Readonly<Record<string, string | undefined>>): Promise<TicketState> {
  const program = findProgram('klist', env['PATH']);
  if (program === undefined) return 'unknown';
  const succeeds = (...args: readonly string[]): Promise<boolean> =>
    new Promise((resolve) => {
      execFile(program, args, { env, timeout: limitMs }, (error) => resolve(error === null)).stdin?.end();
    });
  if (await succeeds('-s')) return 'valid';
  // an expired ticket is listed all the same
  return (await succeeds()) ? 'expired' : 'none';
}

/** A server that takes tickets, of a node whose configuration allows them. */
export function takesTicket(
  { gssapi }: Pick<ConnectionSettings, 'gssapi'>,
  accepted: readonly string[] | undefined,
): boolean {
  return gssapi !== undefined && accepted?.includes('gssapi-with-mic') === true;
}

/** The failure of a login for which a ticket could have served, which is said. */
export function withTicketAdvice(
  failure: ConnectFailure,
  { line }: GssapiWish,
  state: TicketState,
): ConnectFailure {
  const [what, hint] = {
    none: ['there is no Kerberos ticket', 'Get a ticket: kinit'],
    expired: ['the Kerberos ticket has expired', 'Get a new ticket: kinit'],
    unknown: ['no klist program to look for a Kerberos ticket', 'Install it (Debian: krb5-user).'],
    valid: ['only the system’s ssh can use the Kerberos ticket', 'Leave out --transport ssh2.'],
  }[state] as [string, string];
  const message = failure.message.replace(/\)?$/, `; ${line}: ${what})`);
  return new ConnectFailure(failure.phase, failure.reason, message, {
    hint,
    serverAccepts: failure.serverAccepts,
  });
}

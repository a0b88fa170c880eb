import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectFailure } from './connect-failure.ts';
import { type ConnectTimes, type ConnectTools, connectNode } from './connect-node.ts';
import type { MasterLink, OpenSshTools } from './connect-openssh.ts';
import { dial } from './dial.ts';
import { createJumpHosts } from './jump-hosts.ts';
import { takesTicket, type Tickets, withTicketAdvice } from './kerberos-ticket.ts';
import type { Link } from './link.ts';
import { throughMaster } from './openssh-arguments.ts';
import { createNameResolver } from './resolve-name.ts';
import type { ConnectionSettings } from './settings.ts';
import { chooseTransport, noOpenSsh, type TransportChoice, type TransportPreference } from './transport.ts';

/** Makes connections, each by the transport its node needs, through its jump hosts. */
export interface Connector {
  /** Tries again, with growing pauses, as long as the server has provably begun nothing and the time lasts. */
  connect(settings: ConnectionSettings, signal: AbortSignal): Promise<Link>;
  /** Rejects with ConnectFailure when no transport can do what the configuration asks for. */
  choose(settings: ConnectionSettings): Promise<TransportChoice>;
  close(): void;
}

export interface ConnectorOptions {
  readonly tools: ConnectTools;
  readonly tickets: Tickets;
  readonly transport: TransportPreference;
  /** Made when first needed; undefined: there is no ssh program. */
  readonly openSsh: () => OpenSshTools | undefined;
  readonly settingsForJump: (host: string) => Promise<ConnectionSettings>;
  readonly connectTimeoutMs: number | undefined;
  readonly authTimeoutMs: number;
  readonly jumpFailureHoldsMs: number;
}

const defaultConnectTimeoutMs = 10_000;

export function createConnector(options: ConnectorOptions): Connector {
  const { tools } = options;
  const names = createNameResolver();
  /** Nodes whose servers share no algorithm with the built-in transport. */
  const needOpenSsh = new Map<string, string>();
  const jumps = createJumpHosts({
    settingsFor: options.settingsForJump,
    connect,
    connectMaster: (settings, signal) =>
      repeatedly(settings, signal, (times) => master(settings, times, signal)),
    failureHoldsMs: options.jumpFailureHoldsMs,
  });

  async function choose(settings: ConnectionSettings): Promise<TransportChoice> {
    const known = await tools.knownHosts.forNode(settings).catch(() => undefined);
    const ticketFirst = settings.gssapi?.first === true && options.transport !== 'openssh';
    const ticket = ticketFirst ? await options.tickets.state() : undefined;
    const choice = chooseTransport(settings, options.transport, known, ticket);
    const learnt = needOpenSsh.get(settings.node);
    return learnt === undefined ? choice : { transport: 'openssh', because: [learnt] };
  }

  async function connect(settings: ConnectionSettings, signal: AbortSignal): Promise<Link> {
    const choice = await choose(settings);
    const viaOpenSsh = (): Promise<Link> =>
      repeatedly(settings, signal, (times) => master(settings, times, signal, choice));
    if (choice.transport === 'openssh') return viaOpenSsh();
    try {
      return await repeatedly(settings, signal, (times) => builtIn(settings, times, signal));
    } catch (error) {
      const why = error instanceof ConnectFailure ? await whyOpenSsh(settings, error) : undefined;
      if (why === undefined || options.transport !== 'auto' || options.openSsh() === undefined) throw error;
      needOpenSsh.set(settings.node, why);
      tools.onNotice(settings.node, `${why}; using the system's ssh`);
      return viaOpenSsh();
    }
  }

  /** What the system's ssh would do better; undefined: nothing. Rejects with what is to be said of a missing ticket. */
  async function whyOpenSsh(
    settings: ConnectionSettings,
    error: ConnectFailure,
  ): Promise<string | undefined> {
    if (error.reason === 'no-common-algorithm') return error.message;
    const { gssapi } = settings;
    if (gssapi === undefined || error.reason !== 'auth-failed') return undefined;
    if (!takesTicket(settings, error.serverAccepts)) return undefined;
    const state = await options.tickets.state();
    if (state === 'valid' && options.transport === 'auto')
      return `a Kerberos ticket is there (${gssapi.line})`;
    throw withTicketAdvice(error, gssapi, state);
  }

  async function repeatedly<Kind>(
    settings: ConnectionSettings,
    signal: AbortSignal,
    once: (times: ConnectTimes) => Promise<Kind>,
  ): Promise<Kind> {
    const connectMs = options.connectTimeoutMs ?? settings.connectTimeoutMs ?? defaultConnectTimeoutMs;
    const deadline = performance.now() + connectMs;
    let before: ConnectFailure | undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const handshakeMs = Math.max(1, deadline - performance.now());
        return await once({ handshakeMs, connectMs, authMs: options.authTimeoutMs });
      } catch (error) {
        // the time ran out while trying again: why it had to be tried again says more
        if (error instanceof ConnectFailure && error.reason === 'timeout') throw before ?? error;
        if (!(error instanceof ConnectFailure) || !error.retryable) throw error;
        before = error;
        const pauseMs = 100 * 2 ** attempt * (0.5 + Math.random());
        if (performance.now() + pauseMs > deadline) throw error;
        if (attempt === 0) tools.onNotice(settings.node, `${error.message}; trying again`);
        await sleep(pauseMs, undefined, { signal });
      }
    }
  }

  async function builtIn(
    settings: ConnectionSettings,
    times: ConnectTimes,
    signal: AbortSignal,
  ): Promise<Link> {
    const begun = performance.now();
    const { handshakeMs: leftMs, connectMs } = times;
    const dialled = await dial(settings, { names, jumps, signal, leftMs, connectMs });
    const handshakeMs = Math.max(1, leftMs - (performance.now() - begun));
    try {
      return await connectNode(settings, dialled.stream, tools, { ...times, handshakeMs }, signal);
    } catch (error) {
      const silent = error instanceof ConnectFailure && error.phase === 'banner' && error.reason === 'closed';
      if (silent && dialled.explainEnd !== undefined) throw await dialled.explainEnd();
      throw error;
    }
  }

  async function master(
    settings: ConnectionSettings,
    times: ConnectTimes,
    signal: AbortSignal,
    choice: TransportChoice = { transport: 'openssh', because: ['a node behind this jump host needs it'] },
  ): Promise<MasterLink> {
    const openSsh = options.openSsh();
    if (openSsh === undefined) throw noOpenSsh(choice);
    if (settings.jumps.length === 0) {
      const { connectOpenSsh } = await import('./connect-openssh.ts');
      return connectOpenSsh(settings, tools, openSsh, times, undefined, signal);
    }
    const { controlPath } = await jumps.master(settings, signal);
    const through = throughMaster(openSsh.program, controlPath);
    try {
      const { connectOpenSsh } = await import('./connect-openssh.ts');
      return await connectOpenSsh(settings, tools, openSsh, times, through, signal);
    } catch (error) {
      if (!(error instanceof ConnectFailure) || error.phase !== 'banner') throw error;
      // the ssh in between does not say whose fault it is: the same way once more, where the answer can be read
      const stream = await jumps.reach(settings, signal, times.handshakeMs, () => error);
      stream.destroy();
      throw error;
    }
  }

  return { connect, choose, close: () => jumps.close() };
}

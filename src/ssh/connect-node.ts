import type { Duplex } from 'node:stream';
import { createAuthentication, type PasswordCache } from './authentication.ts';
import { watchBanner } from './banner-watch.ts';
import { ConnectFailure } from './connect-failure.ts';
import { decideHostKey, rememberHostKey } from './host-key.ts';
import type { Identities } from './identities.ts';
import { createKnownHostsCache, orderHostKeyAlgorithms } from './known-hosts.ts';
import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';
import { type Link, LinkError, login } from './ssh2-adapter.ts';

/** What all connections of a run share. */
export interface ConnectTools {
  readonly identities: Identities;
  readonly knownHosts: ReturnType<typeof createKnownHostsCache>;
  readonly passwords: PasswordCache;
  readonly prompter: Prompter | undefined;
  readonly keepaliveMs: number;
  readonly onNotice: (node: string | undefined, text: string) => void;
}

/** How long each machine step may take; people are given all the time they need. */
export interface ConnectTimes {
  /** Banner and key exchange together. */
  readonly handshakeMs: number;
  readonly authMs: number;
}

/**
 * Logs in over a socket that is connected already. Rejects with ConnectFailure.
 * @param open makes the socket; its own failures are ConnectFailures too
 */
export async function connectNode(
  settings: ConnectionSettings,
  open: () => Promise<Duplex>,
  tools: ConnectTools,
  times: ConnectTimes,
  signal: AbortSignal,
): Promise<Link> {
  const known = await tools.knownHosts.forNode(settings);
  const socket = await open();
  const clock = phaseClock(socket);
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  // Nobody may be listening any more when the socket ends later.
  failed.catch(() => {});

  let phase: 'banner' | 'key-exchange' | 'host-key' | 'auth' = 'banner';
  let refused: ConnectFailure | undefined;
  let pendingKey: Buffer | undefined;
  const late = (ms: number) => () =>
    fail(
      new ConnectFailure(phase, 'timeout', `${phaseTexts[phase]} in ${ms / 1000} s`, { retryable: false }),
    );
  const banner = watchBanner(
    socket,
    () => {
      phase = 'key-exchange';
    },
    (failure) => fail(failure),
  );
  clock.start(times.handshakeMs, late(times.handshakeMs));
  const authentication = createAuthentication(
    settings,
    tools.identities,
    pausing(tools.prompter, clock),
    tools.passwords,
  );
  const onAbort = (): void => fail(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();

  try {
    const attempt = login({
      socket,
      user: settings.user,
      algorithms: {
        kex: settings.kex,
        serverHostKey: orderHostKeyAlgorithms(settings, known.types),
        cipher: settings.ciphers,
        hmac: settings.macs,
      },
      compression: settings.compression,
      keepaliveMs: settings.keepaliveMs ?? tools.keepaliveMs,
      keepaliveCount: settings.keepaliveCount,
      verifyHostKey: async (key) => {
        phase = 'host-key';
        const decision = await decideHostKey(settings, known, key, pausing(tools.prompter, clock));
        if (decision.kind === 'refuse') {
          refused = decision.failure;
          return false;
        }
        if (decision.kind === 'accept-and-remember') pendingKey = key;
        return true;
      },
      onHandshake: () => {
        phase = 'auth';
        clock.start(times.authMs, late(times.authMs));
        remember(settings, pendingKey, tools);
        pendingKey = undefined;
      },
      nextAttempt: (accepted) => authentication.next(accepted),
    });
    return await Promise.race([attempt, failed]);
  } catch (error) {
    socket.destroy();
    if (refused !== undefined) throw refused;
    if (!(error instanceof LinkError)) throw error;
    if (phase === 'banner') throw banner.explainEnd();
    if (phase === 'auth') throw authEnded(error, authentication);
    throw keyExchangeEnded(error);
  } finally {
    clock.stop();
    signal.removeEventListener('abort', onAbort);
  }
}

function remember(settings: ConnectionSettings, key: Buffer | undefined, tools: ConnectTools): void {
  if (key === undefined) return;
  try {
    rememberHostKey(settings, key);
    tools.onNotice(settings.node, 'host key added to known_hosts');
  } catch (error) {
    tools.onNotice(
      settings.node,
      `host key not remembered: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function authEnded(
  error: LinkError,
  authentication: ReturnType<typeof createAuthentication>,
): ConnectFailure {
  if (error.level === 'client-authentication' || /authentication/i.test(error.message))
    return authentication.failure();
  return new ConnectFailure(
    'auth',
    'auth-failed',
    `the server ended the connection during authentication: ${error.message}`,
  );
}

function keyExchangeEnded(error: LinkError): ConnectFailure {
  if (/no matching|unsupported/i.test(error.message)) {
    return new ConnectFailure(
      'key-exchange',
      'no-common-algorithm',
      error.message.replace(/^Handshake failed: /, ''),
      {
        hint: 'See Ciphers, KexAlgorithms, HostKeyAlgorithms in ssh_config, or ask the host for a common one.',
      },
    );
  }
  return new ConnectFailure('key-exchange', 'protocol', `key exchange failed: ${error.message}`);
}

const phaseTexts = {
  banner: 'no SSH banner',
  'key-exchange': 'no end of the key exchange',
  'host-key': 'no end of the key exchange',
  auth: 'no answer to the authentication',
} as const;

interface PhaseClock {
  start(ms: number, late: () => void): void;
  stop(): void;
  pause(): void;
  resume(): void;
}

/** One time limit at a time, that stands still while a person is asked. */
function phaseClock(socket: Duplex): PhaseClock {
  let timer: NodeJS.Timeout | undefined;
  let current: { ms: number; late: () => void } | undefined;
  const clock: PhaseClock = {
    start(ms, late) {
      clearTimeout(timer);
      current = { ms, late };
      timer = setTimeout(late, ms);
    },
    stop() {
      clearTimeout(timer);
      current = undefined;
    },
    pause: () => clearTimeout(timer),
    resume() {
      if (current !== undefined && !socket.destroyed) clock.start(current.ms, current.late);
    },
  };
  return clock;
}

function pausing(prompter: Prompter | undefined, clock: PhaseClock): Prompter | undefined {
  if (prompter === undefined) return undefined;
  return {
    async ask(question, options) {
      clock.pause();
      try {
        return await prompter.ask(question, options);
      } finally {
        clock.resume();
      }
    },
  };
}

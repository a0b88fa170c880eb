import type { Duplex } from 'node:stream';
import { createAuthentication, type Authentication } from './authentication.ts';
import { watchBanner } from './banner-watch.ts';
import { ConnectFailure } from './connect-failure.ts';
import { decideHostKey } from './host-key.ts';
import type { HostKeyQuestions } from './host-key-questions.ts';
import type { Identities } from './identities.ts';
import { type KnownHostsCache, knownHostsName, orderHostKeyAlgorithms } from './known-hosts.ts';
import type { PasswordCache } from './passwords.ts';
import { createPhaseClock, type PhaseClock } from './phase-clock.ts';
import type { Prompter } from './prompter.ts';
import { appendKnownHost } from './remember-host-key.ts';
import type { ConnectionSettings } from './settings.ts';
import type { Link } from './link.ts';
import { LinkError, login } from './ssh2-adapter.ts';
import { silentHint } from './tcp.ts';

/** What all connections of a run share. */
export interface ConnectTools {
  readonly identities: Identities;
  readonly knownHosts: KnownHostsCache;
  readonly passwords: PasswordCache;
  readonly prompter: Prompter | undefined;
  readonly hostKeyQuestions: HostKeyQuestions | undefined;
  readonly keepaliveMs: number;
  /** Whether the system's ssh would get in where the built-in client would have to ask somebody. */
  readonly ticketServes: (settings: ConnectionSettings, accepted: readonly string[]) => Promise<boolean>;
  readonly onNotice: (node: string | undefined, text: string) => void;
}

/** How long each machine step may take, in milliseconds; people are given all the time they need. */
export interface ConnectTimes {
  /** Banner and key exchange together. */
  readonly handshakeMs: number;
  /** What the message says of it: the whole time given for connecting. */
  readonly connectMs: number;
  readonly authMs: number;
}

type Phase = 'banner' | 'key-exchange' | 'host-key' | 'auth';

export const phaseTexts: Readonly<Record<Phase, string>> = {
  banner: 'no SSH banner',
  'key-exchange': 'no end of the key exchange',
  'host-key': 'no end of the key exchange',
  auth: 'no answer to the authentication',
};

/** Logs in over a socket that is connected already, and destroys it on failure. Rejects with ConnectFailure. */
export async function connectNode(
  settings: ConnectionSettings,
  socket: Duplex,
  tools: ConnectTools,
  times: ConnectTimes,
  signal: AbortSignal,
): Promise<Link> {
  const clock = createPhaseClock();
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  // nobody may be listening any more when the socket ends later
  failed.catch(() => {});
  let phase: Phase = 'banner';
  let refused: ConnectFailure | undefined;
  let pendingKey: Buffer | undefined;
  let agent = settings.forwardedAgent;

  const startPhase = (ms: number, saidMs: number): void =>
    clock.start(ms, () =>
      fail(
        new ConnectFailure(phase, 'timeout', `${phaseTexts[phase]} in ${saidMs / 1000} s`, {
          hint: phase === 'banner' ? silentHint : undefined,
        }),
      ),
    );
  const banner = watchBanner(
    socket,
    () => {
      phase = 'key-exchange';
    },
    (failure) => fail(failure),
  );
  // the library listens only later: a connection that ends before would not be noticed
  const onClose = (): void => fail(new LinkError('connection closed'));
  socket.once('close', onClose);
  if (socket.destroyed) onClose();
  startPhase(times.handshakeMs, times.connectMs);
  const aside = standingStill(clock);
  const prompter =
    tools.prompter === undefined ? undefined : { ask: aside(tools.prompter.ask.bind(tools.prompter)) };
  // until a password is known to be right, one server gets it after the other: waiting for them is not this one's fault
  const passwords = { trial: aside(tools.passwords.trial.bind(tools.passwords)) };
  const authentication = createAuthentication(settings, tools.identities, prompter, passwords, (accepted) =>
    tools.ticketServes(settings, accepted),
  );
  const onAbort = (): void => fail(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();

  try {
    const known = await Promise.race([tools.knownHosts.forNode(settings), failed]);
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
      session: {
        environment: settings.environment,
        agent: () => agent,
        onNotice: (text) => tools.onNotice(settings.node, text),
      },
      verifyHostKey: async (key) => {
        phase = 'host-key';
        const decision = await aside(decideHostKey)(settings, known, key, tools.hostKeyQuestions);
        if (decision.kind === 'refuse') {
          refused = decision.failure;
          return false;
        }
        if (decision.kind === 'accept-and-remember') pendingKey = key;
        if (decision.kind === 'accept-without-passwords') {
          authentication.forbidPasswords();
          agent = undefined;
          tools.onNotice(settings.node, decision.warning);
        }
        return true;
      },
      onHandshake: () => {
        phase = 'auth';
        startPhase(times.authMs, times.authMs);
        if (pendingKey !== undefined) remember(settings, pendingKey, tools);
        pendingKey = undefined;
      },
      nextAttempt: (accepted) => authentication.next(accepted),
    });
    const link = await Promise.race([attempt, failed]);
    authentication.ended('right');
    return link;
  } catch (error) {
    socket.destroy();
    const failure = refused ?? explain(error, phase, banner, authentication);
    authentication.ended(
      failure instanceof ConnectFailure && failure.reason === 'auth-failed' ? 'wrong' : 'untold',
    );
    throw failure;
  } finally {
    clock.stop();
    socket.off('close', onClose);
    signal.removeEventListener('abort', onAbort);
  }
}

function remember(settings: ConnectionSettings, key: Buffer, tools: ConnectTools): void {
  if (!tools.knownHosts.add(settings, key)) return;
  const file = settings.userKnownHostsFiles[0];
  if (file === undefined || file === '/dev/null') return;
  try {
    appendKnownHost(file, knownHostsName(settings), key, settings.hashKnownHosts);
    tools.onNotice(settings.node, `host key added to ${file}`);
  } catch (error) {
    tools.onNotice(
      settings.node,
      `host key not remembered: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Gives the library's error its meaning, by how far the connection had come. */
function explain(
  error: unknown,
  phase: Phase,
  banner: { explainEnd(): ConnectFailure },
  authentication: Authentication,
): unknown {
  if (!(error instanceof LinkError)) return error;
  if (phase === 'banner') return banner.explainEnd();
  if (phase === 'auth') {
    if (error.message.startsWith('All configured')) return authentication.failure();
    if (error.level === 'answer') return authentication.failure(error.message);
    const closed = error.message === 'connection closed';
    return authentication.failure(
      closed ? 'the server closed the connection' : `server said: ${error.message}`,
    );
  }
  if (/no matching|unsupported/i.test(error.message)) {
    const what = error.message.replace(/^Handshake failed: /, '');
    return new ConnectFailure('key-exchange', 'no-common-algorithm', what, {
      hint: 'Add what the server offers with KexAlgorithms, Ciphers, MACs or HostKeyAlgorithms in ssh_config.',
    });
  }
  if (error.message === 'connection closed' || /ECONNRESET|EPIPE/.test(error.message)) {
    return new ConnectFailure('key-exchange', 'closed', 'connection closed during the key exchange', {
      retryable: true,
    });
  }
  return new ConnectFailure('key-exchange', 'protocol', `key exchange failed: ${error.message}`);
}

/** Makes work that waits for people, or for others who do, not count. */
export function standingStill(clock: PhaseClock) {
  return <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      clock.pause();
      try {
        return await work(...args);
      } finally {
        clock.resume();
      }
    };
}

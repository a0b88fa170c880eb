import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectFailure } from './connect-failure.ts';
import { type ConnectTimes, type ConnectTools, phaseTexts, standingStill } from './connect-node.ts';
import { changedKeyMessage } from './host-key.ts';
import { type KnownHosts, knownHostsName } from './known-hosts.ts';
import type { Link } from './link.ts';
import { connectMux, type MuxConnection } from './mux-connection.ts';
import { muxLink } from './mux-link.ts';
import { masterArguments } from './openssh-arguments.ts';
import { authFailure, explainOpenSsh, greetsWithoutEnd, revokedKey } from './openssh-failure.ts';
import type { OpenSshFolder } from './openssh-folder.ts';
import { startMaster } from './openssh-master.ts';
import { createOpenSshProgress, type OpenSshProgress } from './openssh-progress.ts';
import { createOpenSshQuestions, type OpenSshQuestions, type SecretCache } from './openssh-questions.ts';
import { createPhaseClock } from './phase-clock.ts';
import { endLastLine } from './remember-host-key.ts';
import type { ConnectionSettings } from './settings.ts';
import { noAnswerHint, silentHint } from './tcp.ts';

/** What all connections of a run through ssh programs share. */
export interface OpenSshTools {
  readonly program: string;
  readonly configFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: OpenSshFolder;
  readonly secrets: SecretCache;
}

/** A connection held by an ssh program, which other ssh programs can go through. */
export interface MasterLink extends Link {
  readonly controlPath: string;
}

/** Between two looks for the control socket, which ssh makes a moment after the login. */
const lookMs = 10;

/** Logs in with the system's ssh; it does all that its configuration says. Rejects with ConnectFailure. */
export async function connectOpenSsh(
  settings: ConnectionSettings,
  tools: ConnectTools,
  openSsh: OpenSshTools,
  times: ConnectTimes,
  proxyCommand: string | undefined,
  signal: AbortSignal,
): Promise<MasterLink> {
  signal.throwIfAborted();
  const known = await tools.knownHosts.forNode(settings);
  if (known.types.length === 0 && settings.strictHostKeyChecking !== 'yes') {
    for (const file of settings.userKnownHostsFiles.slice(0, 1)) endLastLine(file);
  }
  const clock = createPhaseClock();
  const progress = createOpenSshProgress();
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => {});
  const authenticated = Promise.withResolvers<void>();
  const questions = questionsFor(settings, tools, openSsh, progress, (reason) =>
    fail(authFailure('', settings, progress, reason)),
  );
  const aside = standingStill(clock);
  const asking = questions === undefined ? undefined : openSsh.folder.askThrough(aside(questions.answer));
  const controlPath = openSsh.folder.newSocket();
  const startPhase = (ms: number, saidMs: number): void =>
    clock.start(ms, () => fail(lateFailure(settings, progress, saidMs)));

  const master = startMaster({
    program: openSsh.program,
    args: masterArguments(settings, {
      controlPath,
      configFile: openSsh.configFile,
      mayAsk: asking !== undefined,
      connectMs: times.handshakeMs,
      keepaliveMs: settings.keepaliveMs ?? tools.keepaliveMs,
      proxyCommand,
    }),
    // messages are read: they must be in the one language that is always there
    env: { ...openSsh.env, ...asking?.env, LC_ALL: 'C' },
    folder: openSsh.folder.path,
    onLine(line) {
      if (progress.authenticated) return;
      const moved = progress.take(line);
      if (moved && progress.phase === 'auth') startPhase(times.authMs, times.authMs);
      if (progress.phase === 'banner' && greetsWithoutEnd(progress))
        fail(explainOpenSsh(settings, progress, known, ''));
      const revoked = moved && progress.phase === 'host-key' && revokedKey(known, progress.hostKey);
      if (revoked instanceof ConnectFailure) fail(revoked);
      if (progress.authenticated) authenticated.resolve();
    },
  });
  let over = false;
  const onAbort = (): void => fail(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  void master.exited.then((how) => over || fail(explainOpenSsh(settings, progress, known, how)));
  startPhase(times.handshakeMs, times.connectMs);

  try {
    await Promise.race([authenticated.promise, failed]);
    questions?.ended('right');
    tellNotices(settings, progress, known, tools);
    const mux = await Promise.race([findMux(controlPath, () => over), failed]);
    void mux.closed.then(() => master.stop());
    const tolerated = progress.said.some((line) => /IDENTIFICATION HAS CHANGED/.test(line));
    const session = {
      environment: settings.environment,
      agent: () => (tolerated ? undefined : settings.forwardedAgent),
      onNotice: (text: string) => tools.onNotice(settings.node, text),
    };
    void master.exited.then(() => mux.destroy());
    return { ...muxLink(mux, session, () => mux.destroy()), controlPath };
  } catch (error) {
    master.stop();
    const wrong = error instanceof ConnectFailure && error.reason === 'auth-failed';
    questions?.ended(wrong ? 'wrong' : 'untold');
    throw error;
  } finally {
    over = true;
    clock.stop();
    asking?.forget();
    signal.removeEventListener('abort', onAbort);
  }
}

function questionsFor(
  settings: ConnectionSettings,
  tools: ConnectTools,
  { secrets }: OpenSshTools,
  progress: OpenSshProgress,
  giveUp: (reason: string) => void,
): OpenSshQuestions | undefined {
  const { prompter, hostKeyQuestions, passwords, onNotice } = tools;
  if (prompter === undefined || hostKeyQuestions === undefined || settings.batchMode) return undefined;
  const forQuestions = { prompter, hostKeyQuestions, passwords, secrets, onNotice };
  return createOpenSshQuestions(settings, forQuestions, () => progress.hostKey, giveUp);
}

/** The control socket is there a moment after the login; until then connecting to it fails. */
async function findMux(path: string, isOver: () => boolean): Promise<MuxConnection> {
  for (;;) {
    try {
      return await connectMux(path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if ((code !== 'ENOENT' && code !== 'ECONNREFUSED') || isOver()) {
        throw new ConnectFailure(
          'open',
          'protocol',
          `ssh gives no access to its connection: ${String(error)}`,
        );
      }
    }
    await sleep(lookMs);
  }
}

function lateFailure(
  settings: ConnectionSettings,
  { phase, address }: OpenSshProgress,
  ms: number,
): ConnectFailure {
  const seconds = `${ms / 1000} s`;
  // An address needs no name server: ssh had not come to it yet.
  if (phase === 'dns' && isIP(settings.hostName) === 0) {
    const what = `the name server gives no answer for ${settings.hostName} in ${seconds}`;
    return new ConnectFailure('dns', 'dns-no-answer', what);
  }
  if (phase === 'connect' || phase === 'dns') {
    const place = address ?? settings.hostName;
    return new ConnectFailure('connect', 'timeout', `no answer in ${seconds} (${place})`, {
      hint: noAnswerHint,
    });
  }
  const during = phase === 'open' ? 'auth' : phase;
  const hint = during === 'banner' ? silentHint : undefined;
  return new ConnectFailure(during, 'timeout', `${phaseTexts[during]} in ${seconds}`, { hint });
}

/** What ssh did with known_hosts, in muster's words. */
function tellNotices(
  settings: ConnectionSettings,
  { said, hostKey }: OpenSshProgress,
  known: KnownHosts,
  tools: ConnectTools,
): void {
  const text = said.join('\n');
  const tell = (notice: string): void => tools.onNotice(settings.node, notice);
  if (/IDENTIFICATION HAS CHANGED/.test(text)) {
    const place = /Offending \S+ key in (.*):(\d+)/.exec(text);
    const old = known.entries.find(({ file, line }) => file === place?.[1] && String(line) === place[2]);
    const name = knownHostsName(settings);
    tell(
      old === undefined
        ? `HOST KEY HAS CHANGED: ${name}`
        : changedKeyMessage(name, hostKey ?? 'another key', old),
    );
  }
  const file = settings.userKnownHostsFiles[0];
  const failed = /Failed to add the host to the list of known hosts.*/.exec(text)?.[0];
  if (failed !== undefined) tell(`host key not remembered: ${failed}`);
  else if (/Warning: Permanently added /.test(text) && file !== undefined && file !== '/dev/null') {
    tell(`host key added to ${file}`);
  }
}

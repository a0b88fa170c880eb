import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandTask, Executor, OutputSink } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { SshConfigError } from './config-error.ts';
import { ConnectFailure } from './connect-failure.ts';
import { type ConnectTools, connectNode } from './connect-node.ts';
import { dial } from './dial.ts';
import { createHostKeyQuestions } from './host-key-questions.ts';
import { createIdentities } from './identities.ts';
import { createJumpHosts } from './jump-hosts.ts';
import { createKnownHostsCache } from './known-hosts.ts';
import { createNodeLinks } from './node-links.ts';
import { openSubsystem } from './open-subsystem.ts';
import { refuseHostileName } from './node-name.ts';
import { createPasswordCache } from './passwords.ts';
import type { Prompter } from './prompter.ts';
import { createNameResolver } from './resolve-name.ts';
import { type Ending, runCommand } from './run-command.ts';
import type { ConnectionSettings } from './settings.ts';
import { createSshConfig, type SshConfig } from './ssh-config.ts';
import type { Link } from './link.ts';

export interface SshOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly localUser: string;
  /** Instead of ~/.ssh/config and /etc/ssh/ssh_config; `none`: no file. */
  readonly configFile?: string;
  /** -o Key=Value, strongest. */
  readonly options?: readonly (readonly [string, string])[];
  /** -l */
  readonly user?: string;
  /** -t; else ConnectTimeout of ssh_config, else 10 s. Name, TCP, banner and key exchange, all attempts together. */
  readonly connectTimeoutMs?: number;
  /** Undefined: no terminal; nothing is asked then. */
  readonly prompter?: Prompter | undefined;
  /** Connections stay open for the next command. */
  readonly keepOpen?: boolean;
  /** For stderr: `host key added to …`, `server busy …; trying again`. */
  readonly onNotice?: (node: string | undefined, text: string) => void;
  /** TERM to KILL, default 5000. */
  readonly terminateGraceMs?: number;
  /** Silence before the node is asked for a sign of life, default 15000; three questions in vain make the connection lost. */
  readonly keepaliveMs?: number;
  /** For logging in, people's time not counted; default 20000. */
  readonly authTimeoutMs?: number;
  /** For each answer of ssh-agent, default 10000. */
  readonly agentTimeoutMs?: number;
}

export interface SshExecutor extends Executor {
  /** How a node would be reached. Rejects with a UserError for a wrong ssh_config. */
  describe(node: string): Promise<ConnectionSettings>;
  /**
   * A connection to a Unix socket on the node, as the user who logs in; the connection to the node lasts at least as long.
   * Rejects with ChannelFailure when the server forwards no sockets, or with what connecting rejects with.
   */
  openSocket(node: string, path: string, signal: AbortSignal): Promise<Duplex>;
  /**
   * A subsystem of the node's server (`sftp`), or what happened instead; its end gives the connection back.
   * On abort rejects with the signal's reason.
   */
  openSubsystem(node: string, name: string, signal: AbortSignal): Promise<Duplex | NodeOutcome>;
  /** Closes the connections kept to these nodes. */
  disconnect(nodes: readonly string[]): Promise<void>;
  /** Nodes with an open connection. */
  connected(): readonly string[];
}

const defaultConnectTimeoutMs = 10_000;
const outputGraceMs = 2000;

/** Runs commands over SSH, in this process. Nothing is read or contacted before the first question. */
export function createSshExecutor(options: SshOptions): SshExecutor {
  const config = createSshConfig(options);
  const { options: _nodeOptions, user: _nodeUser, ...fileOptions } = options;
  const jumpConfig = createSshConfig(fileOptions);
  const names = createNameResolver();
  const onNotice = options.onNotice ?? (() => {});
  const { prompter } = options;
  const tools: ConnectTools = {
    identities: createIdentities(prompter, options.agentTimeoutMs),
    knownHosts: createKnownHostsCache(),
    passwords: createPasswordCache(),
    prompter,
    hostKeyQuestions: prompter === undefined ? undefined : createHostKeyQuestions(prompter),
    keepaliveMs: options.keepaliveMs ?? 15_000,
    onNotice,
  };
  const links = createNodeLinks(
    async (node, signal) => connect(await settingsOf(node, config), signal),
    options.keepOpen === true,
  );
  const jumps = createJumpHosts({
    settingsFor: (host) => settingsOf(host, jumpConfig),
    connect,
    // a shell may wait for a jump host that comes back; a single run tells each node once
    failureHoldsMs: options.keepOpen === true ? 15_000 : Number.POSITIVE_INFINITY,
  });

  async function settingsOf(node: string, from: SshConfig): Promise<ConnectionSettings> {
    try {
      refuseHostileName(node);
      return await from.settingsFor(node);
    } catch (error) {
      if (!(error instanceof SshConfigError)) throw error;
      throw new ConnectFailure('config', 'config', error.message, { hint: error.hint });
    }
  }

  /** Tries again, with growing pauses, as long as the server has provably begun nothing and the time lasts. */
  async function connect(settings: ConnectionSettings, signal: AbortSignal): Promise<Link> {
    refuseWhatNeedsOpenSsh(settings);
    const connectMs = options.connectTimeoutMs ?? settings.connectTimeoutMs ?? defaultConnectTimeoutMs;
    const deadline = performance.now() + connectMs;
    let before: ConnectFailure | undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await connectOnce(settings, signal, connectMs, deadline);
      } catch (error) {
        // the time ran out while trying again: why it had to be tried again says more
        if (error instanceof ConnectFailure && error.reason === 'timeout') throw before ?? error;
        if (!(error instanceof ConnectFailure) || !error.retryable) throw error;
        before = error;
        const pauseMs = 100 * 2 ** attempt * (0.5 + Math.random());
        if (performance.now() + pauseMs > deadline) throw error;
        if (attempt === 0) onNotice(settings.node, `${error.message}; trying again`);
        await sleep(pauseMs, undefined, { signal });
      }
    }
  }

  async function connectOnce(
    settings: ConnectionSettings,
    signal: AbortSignal,
    connectMs: number,
    deadline: number,
  ): Promise<Link> {
    const leftMs = (): number => Math.max(1, deadline - performance.now());
    const dialled = await dial(settings, { names, jumps, signal, leftMs: leftMs(), connectMs });
    const times = { handshakeMs: leftMs(), connectMs, authMs: options.authTimeoutMs ?? 20_000 };
    try {
      return await connectNode(settings, dialled.stream, tools, times, signal);
    } catch (error) {
      const silent = error instanceof ConnectFailure && error.phase === 'banner' && error.reason === 'closed';
      if (silent && dialled.explainEnd !== undefined) throw await dialled.explainEnd();
      throw error;
    }
  }

  async function attempt(
    node: string,
    task: CommandTask,
    sink: OutputSink,
    ending: Ending,
  ): Promise<NodeOutcome> {
    let leased;
    try {
      leased = await links.lease(node, ending.signal);
    } catch (error) {
      if (error instanceof ConnectFailure) return error.outcome;
      const ended = ending.ended();
      if (ended === undefined) throw error;
      return ended.kind === 'timeout'
        ? { kind: 'timed-out', afterMs: ended.afterMs, remote: 'ended' }
        : { kind: 'cancelled', remote: 'ended' };
    }
    try {
      const times = { graceMs: options.terminateGraceMs ?? 5000, outputGraceMs };
      return await runCommand(leased, task, sink, ending, times, () =>
        onNotice(node, 'a background process still holds the output open; not waited for'),
      );
    } finally {
      leased.release();
    }
  }

  return {
    async execute(node, task, sink, signal) {
      const ending = endingOf(signal, task.timeoutMs ?? 0);
      try {
        const outcome = await attempt(node, task, sink, ending);
        // a kept connection may have died while idle; nothing was sent on it
        const died =
          outcome.kind === 'not-started' && outcome.phase === 'open' && outcome.reason === 'closed';
        return died ? await attempt(node, task, sink, ending) : outcome;
      } finally {
        ending.clear();
      }
    },
    async describe(node) {
      refuseHostileName(node);
      return config.settingsFor(node);
    },
    async openSocket(node, path, signal) {
      const leased = await links.lease(node, signal);
      try {
        const socket = await leased.link.forwardSocket(path);
        socket.once('close', () => leased.release());
        void leased.link.closed.then(() => socket.destroy());
        return socket;
      } catch (error) {
        leased.release();
        throw error;
      }
    },
    async openSubsystem(node, name, signal) {
      try {
        return await openSubsystem(await links.lease(node, signal), name, signal);
      } catch (error) {
        if (error instanceof ConnectFailure) return error.outcome;
        throw error;
      }
    },
    connected: () => links.connected(),
    async disconnect(nodes) {
      for (const node of nodes) links.disconnect(node);
    },
    async close() {
      links.close();
      jumps.close();
      tools.identities.close();
    },
  };
}

function refuseWhatNeedsOpenSsh(settings: ConnectionSettings): void {
  if (settings.needsOpenSsh.length === 0) return;
  throw new ConnectFailure('config', 'config', `ssh_config asks for ${settings.needsOpenSsh.join(', ')}`, {
    hint: 'muster cannot honour this; remove it for this host, or use another file: --ssh-config FILE',
  });
}

/** One signal for both ends a command may come to before its time. */
function endingOf(signal: AbortSignal, timeoutMs: number): Ending & { clear(): void } {
  const any = new AbortController();
  const { promise, resolve } = Promise.withResolvers<'ended'>();
  let ended: ReturnType<Ending['ended']>;
  const end = (how: NonNullable<typeof ended>): void => {
    if (ended !== undefined) return;
    ended = how;
    any.abort(new Error(how.kind));
    resolve('ended');
  };
  const onAbort = (): void => end({ kind: 'abort' });
  const timer =
    timeoutMs > 0 ? setTimeout(() => end({ kind: 'timeout', afterMs: timeoutMs }), timeoutMs) : undefined;
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    signal: any.signal,
    promise,
    ended: () => ended,
    clear() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

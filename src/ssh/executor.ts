import type { Duplex } from 'node:stream';
import type { CommandTask, Executor, OutputSink } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { SshConfigError } from './config-error.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { ConnectTools } from './connect-node.ts';
import type { OpenSshTools } from './connect-openssh.ts';
import { createConnector } from './connector.ts';
import { createHostKeyQuestions } from './host-key-questions.ts';
import { createIdentities } from './identities.ts';
import { createKnownHostsCache } from './known-hosts.ts';
import { createTickets, takesTicket } from './kerberos-ticket.ts';
import { createNodeLinks } from './node-links.ts';
import { openSubsystem } from './open-subsystem.ts';
import { refuseHostileName } from './node-name.ts';
import { createPasswordCache } from './passwords.ts';
import type { Prompter } from './prompter.ts';
import { type Ending, runCommand } from './run-command.ts';
import type { ConnectionSettings } from './settings.ts';
import { createSshConfig, type SshConfig } from './ssh-config.ts';
import type { TransportChoice, TransportPreference } from './transport.ts';
import { makeOpenSshFolder } from './openssh-folder.ts';
import { findProgram } from './openssh-program.ts';
import { createSecretCache } from './openssh-questions.ts';

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
  /** Default `auto`. */
  readonly transport?: TransportPreference;
  /** Instead of the first `ssh` in PATH; without a path: there is none. */
  readonly sshProgram?: { readonly path: string | undefined };
  /** For control sockets, where XDG_RUNTIME_DIR does not serve. */
  readonly temporaryFolder?: string;
  /** Connections stay open for the next command. */
  readonly keepOpen?: boolean;
  /** Of connections kept open, those that nobody uses are closed when there would be more than this. */
  readonly maxKept?: number;
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
  /** By which transport, and why. Rejects with ConnectFailure when none can do what the configuration asks for. */
  transportOf(node: string): Promise<TransportChoice>;
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

const outputGraceMs = 2000;

/** Runs commands over SSH, in this process. Nothing is read or contacted before the first question. */
export function createSshExecutor(options: SshOptions): SshExecutor {
  const config = createSshConfig(options);
  const { options: _nodeOptions, user: _nodeUser, ...fileOptions } = options;
  const jumpConfig = createSshConfig(fileOptions);
  const onNotice = options.onNotice ?? (() => {});
  const { prompter } = options;
  const tickets = createTickets(options.env);
  const tools: ConnectTools = {
    identities: createIdentities(prompter, options.agentTimeoutMs),
    knownHosts: createKnownHostsCache(),
    passwords: createPasswordCache(),
    prompter,
    hostKeyQuestions: prompter === undefined ? undefined : createHostKeyQuestions(prompter),
    keepaliveMs: options.keepaliveMs ?? 15_000,
    ticketServes: async (settings, accepted) =>
      (options.transport ?? 'auto') === 'auto' &&
      takesTicket(settings, accepted) &&
      (await tickets.state()) === 'valid' &&
      sshProgramOf(options) !== undefined,
    onNotice,
  };
  let openSsh: OpenSshTools | undefined;
  const connector = createConnector({
    tools,
    tickets,
    transport: options.transport ?? 'auto',
    openSsh: () => (openSsh ??= openSshTools(options)),
    settingsForJump: (host) => settingsOf(host, jumpConfig),
    connectTimeoutMs: options.connectTimeoutMs,
    authTimeoutMs: options.authTimeoutMs ?? 20_000,
    // a shell may wait for a jump host that comes back; a single run tells each node once
    jumpFailureHoldsMs: options.keepOpen === true ? 15_000 : Number.POSITIVE_INFINITY,
  });
  const links = createNodeLinks(
    async (node, signal) => connector.connect(await settingsOf(node, config), signal),
    options.keepOpen === true,
    options.maxKept,
  );

  async function settingsOf(node: string, from: SshConfig): Promise<ConnectionSettings> {
    try {
      refuseHostileName(node);
      return await from.settingsFor(node);
    } catch (error) {
      if (!(error instanceof SshConfigError)) throw error;
      throw new ConnectFailure('config', 'config', error.message, { hint: error.hint });
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
    async transportOf(node) {
      return connector.choose(await settingsOf(node, config));
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
      connector.close();
      tools.identities.close();
      openSsh?.folder.close();
    },
  };
}

function sshProgramOf({ sshProgram, env }: SshOptions): string | undefined {
  return sshProgram === undefined ? findProgram('ssh', env['PATH']) : sshProgram.path;
}

/** Undefined when there is no ssh program. */
function openSshTools(options: SshOptions): OpenSshTools | undefined {
  const program = sshProgramOf(options);
  if (program === undefined) return undefined;
  return {
    program,
    configFile: options.configFile,
    env: options.env,
    folder: makeOpenSshFolder(options.env, options.temporaryFolder ?? '/tmp', process.execPath),
    secrets: createSecretCache(),
  };
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

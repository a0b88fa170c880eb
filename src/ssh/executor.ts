import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { CommandTask, Executor, OutputSink } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import type { PasswordCache } from './authentication.ts';
import { SshConfigError } from './config-error.ts';
import { ConnectFailure } from './connect-failure.ts';
import { type ConnectTools, connectNode } from './connect-node.ts';
import { createIdentities } from './identities.ts';
import { createKnownHostsCache } from './known-hosts.ts';
import type { Prompter } from './prompter.ts';
import { createNameResolver } from './resolve-name.ts';
import { runCommand } from './run-command.ts';
import type { ConnectionSettings } from './settings.ts';
import { createSshConfig } from './ssh-config.ts';
import type { Link } from './ssh2-adapter.ts';
import { openTcp } from './tcp.ts';

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
  /** -t; else ConnectTimeout of ssh_config, else 10 s. */
  readonly connectTimeoutMs?: number;
  /** Undefined: no terminal; nothing is asked then. */
  readonly prompter?: Prompter | undefined;
  /** Connections stay open for the next command. */
  readonly keepOpen?: boolean;
  readonly onNotice?: (node: string | undefined, text: string) => void;
  /** TERM to KILL, default 5000. */
  readonly terminateGraceMs?: number;
  /** Default 15000, three times. */
  readonly keepaliveMs?: number;
}

export interface SshExecutor extends Executor {
  /** How a node would be reached. Rejects with a UserError for a wrong ssh_config. */
  describe(node: string): Promise<ConnectionSettings>;
  /** Closes the connections kept to these nodes. */
  disconnect(nodes: readonly string[]): Promise<void>;
  /** Nodes with an open connection. */
  connected(): readonly string[];
}

const defaultConnectTimeoutMs = 10_000;
const authMs = 20_000;
const outputGraceMs = 2000;

/** Runs commands over SSH, in this process. */
export function createSshExecutor(options: SshOptions): SshExecutor {
  const config = createSshConfig(options);
  const names = createNameResolver();
  const passwords: PasswordCache = new Map();
  const tools: ConnectTools = {
    identities: createIdentities(options.prompter),
    knownHosts: createKnownHostsCache(),
    passwords,
    prompter: options.prompter,
    keepaliveMs: options.keepaliveMs ?? 15_000,
    onNotice: options.onNotice ?? (() => {}),
  };
  const links = new Map<string, Promise<Link>>();
  const jumps = new Map<string, Promise<Link>>();

  const timeoutOf = (settings: ConnectionSettings): number =>
    options.connectTimeoutMs ?? settings.connectTimeoutMs ?? defaultConnectTimeoutMs;

  async function dial(settings: ConnectionSettings, signal: AbortSignal): Promise<Duplex> {
    if (settings.proxyCommand !== undefined) return openProxyCommand(settings.proxyCommand);
    if (settings.jumps.length > 0) return dialThroughJumps(settings, signal);
    const addresses = await names.resolve(settings.hostName, settings.addressFamily);
    const limit = AbortSignal.timeout(timeoutOf(settings));
    try {
      return await openTcp({
        addresses,
        port: settings.port,
        bindAddress: settings.bindAddress,
        keepAlive: settings.tcpKeepAlive,
        signal: AbortSignal.any([signal, limit]),
      });
    } catch (error) {
      if (!limit.aborted || signal.aborted) throw error;
      const seconds = timeoutOf(settings) / 1000;
      throw new ConnectFailure(
        'connect',
        'timeout',
        `no answer in ${seconds} s (${settings.hostName}:${settings.port})`,
      );
    }
  }

  async function dialThroughJumps(settings: ConnectionSettings, signal: AbortSignal): Promise<Duplex> {
    const chain = settings.jumps.join(',');
    const link = await (jumps.get(chain) ?? remember(jumps, chain, connectJump(settings.jumps, signal)));
    return new Promise((resolve, reject) => {
      link.client.forwardOut('127.0.0.1', 0, settings.hostName, settings.port, (error, stream) => {
        if (error === undefined) resolve(stream);
        else
          reject(
            new ConnectFailure('jump', 'jump-failed', `jump host ${settings.jumps.at(-1)}: ${error.message}`),
          );
      });
    });
  }

  /** The connection to the last of a chain of jump hosts, itself reached through those before it. */
  async function connectJump(chain: readonly string[], signal: AbortSignal): Promise<Link> {
    const name = chain.at(-1)!;
    const match = /^(?:(.+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(name);
    if (match === null) throw new ConnectFailure('config', 'config', `ProxyJump ${name} cannot be read`);
    const [, user, host, port] = match;
    const base = await config.settingsFor(host!.replace(/^\[|\]$/g, ''));
    const settings: ConnectionSettings = {
      ...base,
      user: user ?? base.user,
      port: port === undefined ? base.port : Number(port),
      jumps: chain.length > 1 ? chain.slice(0, -1) : base.jumps,
    };
    try {
      return await connect(settings, signal);
    } catch (error) {
      if (!(error instanceof ConnectFailure) || error.reason === 'jump-failed') throw error;
      const hint = error.hint === undefined ? {} : { hint: error.hint };
      throw new ConnectFailure('jump', 'jump-failed', `jump host ${name}: ${error.message}`, hint);
    }
  }

  async function connect(settings: ConnectionSettings, signal: AbortSignal): Promise<Link> {
    if (settings.needsOpenSsh.length > 0) {
      throw new ConnectFailure(
        'config',
        'config',
        `ssh_config asks for ${settings.needsOpenSsh.join(', ')}`,
        {
          hint: 'muster cannot honour this; remove it for this host, or use another file: --ssh-config FILE',
        },
      );
    }
    const timeout = timeoutOf(settings);
    const deadline = performance.now() + timeout;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await connectNode(
          settings,
          () => dial(settings, signal),
          tools,
          { handshakeMs: timeout, authMs },
          signal,
        );
      } catch (error) {
        if (!(error instanceof ConnectFailure) || !error.retryable) throw error;
        const pause = 100 * 2 ** attempt * (0.5 + Math.random());
        if (performance.now() + pause > deadline) throw error;
        if (attempt === 0) tools.onNotice(settings.node, `${error.message}; trying again`);
        await new Promise((resolve) => setTimeout(resolve, pause));
        signal.throwIfAborted();
      }
    }
  }

  async function linkTo(node: string, signal: AbortSignal): Promise<Link> {
    const kept = options.keepOpen === true ? links.get(node) : undefined;
    if (kept !== undefined) {
      const link = await kept.catch(() => undefined);
      if (link?.isOpen() === true) return link;
      links.delete(node);
    }
    const link = connect(await settingsOf(node), signal);
    return options.keepOpen === true ? remember(links, node, link) : link;
  }

  async function settingsOf(node: string): Promise<ConnectionSettings> {
    try {
      return await config.settingsFor(node);
    } catch (error) {
      if (!(error instanceof SshConfigError)) throw error;
      throw new ConnectFailure('config', 'config', error.message);
    }
  }

  return {
    async execute(node, task, sink, signal) {
      const limit = timeLimit(task.timeoutMs ?? 0);
      try {
        return await executeWithin(node, task, sink, signal, limit);
      } finally {
        limit.clear();
      }
    },
    describe: (node) => config.settingsFor(node),
    connected: () => [...links.keys()],
    async disconnect(nodes) {
      for (const node of nodes) await destroy(links.get(node));
    },
    async close() {
      for (const link of [...links.values(), ...jumps.values()]) await destroy(link);
    },
  };

  async function executeWithin(
    node: string,
    task: CommandTask,
    sink: OutputSink,
    signal: AbortSignal,
    limit: ReturnType<typeof timeLimit>,
  ): Promise<NodeOutcome> {
    let link: Link;
    try {
      link = await linkTo(node, AbortSignal.any([signal, limit.signal]));
    } catch (error) {
      if (signal.aborted) return { kind: 'cancelled', remote: 'ended' };
      if (limit.signal.aborted) return { kind: 'timed-out', afterMs: limit.afterMs, remote: 'ended' };
      if (error instanceof ConnectFailure) return error.outcome;
      throw error;
    }
    try {
      return await runCommand(
        link,
        task,
        sink,
        { signal, timeout: limit.signal, afterMs: limit.afterMs },
        { graceMs: options.terminateGraceMs ?? 5000, outputGraceMs },
      );
    } finally {
      if (options.keepOpen !== true) link.destroy();
    }
  }
}

async function destroy(link: Promise<Link> | undefined): Promise<void> {
  await link?.then(
    (open) => open.destroy(),
    () => undefined,
  );
}

/** A connection that could not be made is not remembered. */
function remember(links: Map<string, Promise<Link>>, key: string, link: Promise<Link>): Promise<Link> {
  links.set(key, link);
  link.then(
    (open) => void open.closed.then(() => links.delete(key)),
    () => links.delete(key),
  );
  return link;
}

function timeLimit(ms: number): { signal: AbortSignal; afterMs: number; clear(): void } {
  const abort = new AbortController();
  const timer = ms > 0 ? setTimeout(() => abort.abort(), ms) : undefined;
  return { signal: abort.signal, afterMs: ms, clear: () => clearTimeout(timer) };
}

function openProxyCommand(command: string): Duplex {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  const duplex = Duplex.from({ readable: child.stdout, writable: child.stdin });
  duplex.once('close', () => child.kill());
  child.once('error', (error) => duplex.destroy(error));
  return duplex;
}

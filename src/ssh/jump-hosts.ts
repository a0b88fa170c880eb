import type { Duplex } from 'node:stream';
import { ConnectFailure } from './connect-failure.ts';
import type { MasterLink } from './connect-openssh.ts';
import { ChannelFailure, type Link } from './link.ts';
import type { ConnectionSettings } from './settings.ts';

/** Connections to jump hosts: one each, whatever the number of nodes behind it. */
export interface JumpHosts {
  /** A stream to the node through its last jump host. Rejects with ConnectFailure; on abort with the signal's reason. */
  reach(
    settings: ConnectionSettings,
    signal: AbortSignal,
    leftMs: number,
    late: () => ConnectFailure,
  ): Promise<Duplex>;
  /** The connection to the node's last jump host, held by an ssh program that others can go through. */
  master(settings: ConnectionSettings, signal: AbortSignal): Promise<MasterLink>;
  close(): void;
}

export interface JumpHostOptions {
  /** As ssh does for a jump host: from the files alone, without what `-o` and `-l` say of the nodes. */
  readonly settingsFor: (host: string) => Promise<ConnectionSettings>;
  readonly connect: (settings: ConnectionSettings, signal: AbortSignal) => Promise<Link>;
  readonly connectMaster: (settings: ConnectionSettings, signal: AbortSignal) => Promise<MasterLink>;
  /** How long a failure holds for all nodes behind it; logging in again and again would lock accounts. */
  readonly failureHoldsMs: number;
}

interface Remembered<Kind extends Link> {
  readonly link: Promise<Kind>;
  failedAt: number | undefined;
}

export function createJumpHosts(options: JumpHostOptions): JumpHosts {
  const known = new Map<string, Remembered<Link>>();
  const masters = new Map<string, Remembered<MasterLink>>();
  const over = new AbortController();

  /** The connection to the last of a chain, itself reached through those before it. */
  function linkTo(chain: readonly string[]): Promise<Link> {
    // one connection a jump host: a master carries also what does not need one
    return (
      usable(known, chain) ??
      usable(masters, chain) ??
      remember(known, chain, connectTo(chain, options.connect))
    );
  }

  function masterTo(chain: readonly string[]): Promise<MasterLink> {
    return usable(masters, chain) ?? remember(masters, chain, connectTo(chain, options.connectMaster));
  }

  function usable<Kind extends Link>(
    of: ReadonlyMap<string, Remembered<Kind>>,
    chain: readonly string[],
  ): Promise<Kind> | undefined {
    const old = of.get(chain.join(','));
    const holds = old?.failedAt === undefined || performance.now() - old.failedAt < options.failureHoldsMs;
    return holds ? old?.link : undefined;
  }

  function remember<Kind extends Link>(
    of: Map<string, Remembered<Kind>>,
    chain: readonly string[],
    connecting: Promise<Kind>,
  ): Promise<Kind> {
    const id = chain.join(',');
    const fresh: Remembered<Kind> = { link: connecting, failedAt: undefined };
    of.set(id, fresh);
    fresh.link.then(
      (link) => void link.closed.then(() => of.get(id) === fresh && of.delete(id)),
      () => {
        fresh.failedAt = performance.now();
      },
    );
    return fresh.link;
  }

  async function connectTo<Kind extends Link>(
    chain: readonly string[],
    connect: (settings: ConnectionSettings, signal: AbortSignal) => Promise<Kind>,
  ): Promise<Kind> {
    const name = chain.at(-1)!;
    try {
      return await connect(await settingsOf(name, chain.slice(0, -1)), over.signal);
    } catch (error) {
      const own =
        error instanceof ConnectFailure && (error.reason === 'jump-failed' || error.phase === 'config');
      if (own || !(error instanceof ConnectFailure)) throw error;
      throw new ConnectFailure('jump', 'jump-failed', `jump host ${name}: ${error.message}`, {
        hint: error.hint,
        serverSaid: error.serverSaid,
      });
    }
  }

  /** A jump host named in a chain is reached through those before it; the first by what its own lines say. */
  async function settingsOf(name: string, before: readonly string[]): Promise<ConnectionSettings> {
    const { user, host, port } = readJump(name);
    const base = await options.settingsFor(host);
    const own = base.jumps.filter((jump) => readJump(jump).host !== host);
    if (before.length === 0) await refuseLoop(own, [host]);
    return {
      ...base,
      user: user ?? base.user,
      port: port ?? base.port,
      jumps: before.length > 0 ? before : own,
      commandLine: [
        ...(user === undefined ? [] : [['User', user] as const]),
        ...(port === undefined ? [] : [['Port', String(port)] as const]),
        ...base.commandLine,
        // a jump host is never reached through itself
        ...(own.length < base.jumps.length ? [['ProxyJump', 'none'] as const] : []),
      ],
    };
  }

  async function refuseLoop(jumps: readonly string[], seen: readonly string[]): Promise<void> {
    const first = jumps[0];
    if (first === undefined) return;
    const { host } = readJump(first);
    if (seen.includes(host)) {
      throw new ConnectFailure(
        'config',
        'config',
        `ProxyJump goes in a circle: ${[...seen, host].join(' → ')}`,
      );
    }
    const next = (await options.settingsFor(host)).jumps.filter((jump) => readJump(jump).host !== host);
    await refuseLoop(next, [...seen, host]);
  }

  return {
    async reach(settings, signal, leftMs, late) {
      const link = await orAborted(linkTo(settings.jumps), signal);
      const name = settings.jumps.at(-1)!;
      const stream = link.forward(settings.hostName, settings.port);
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(late()), leftMs);
      });
      try {
        return await orAborted(Promise.race([stream, limit]), signal);
      } catch (error) {
        // a stream that comes too late is closed again
        stream.then(
          (unused) => unused.destroy(),
          () => undefined,
        );
        throw error instanceof ChannelFailure ? forwardFailure(error, name, settings, link) : error;
      } finally {
        clearTimeout(timer);
      }
    },
    master: (settings, signal) => orAborted(masterTo(settings.jumps), signal),
    close() {
      over.abort(new Error('closed'));
      for (const { link } of [...known.values(), ...masters.values()]) {
        link.then(
          (open) => open.destroy(),
          () => undefined,
        );
      }
      known.clear();
      masters.clear();
    },
  };
}

/** Splits `user@host:port`; IPv6 addresses stand in brackets; `ssh://` may stand before it. */
export function readJump(text: string): { user: string | undefined; host: string; port: number | undefined } {
  const match = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:@]+))(?::(\d+))?\/?$/.exec(text);
  const host = match?.[2] ?? match?.[3];
  if (host === undefined || host.startsWith('-')) {
    throw new ConnectFailure('config', 'config', `ProxyJump cannot be read: ${text}`);
  }
  return { user: match?.[1], host, port: match?.[4] === undefined ? undefined : Number(match[4]) };
}

/** Whether the jump host or the node behind it is to blame: RFC 4254, 5.1; reason 2 means the node. */
function forwardFailure(
  error: ChannelFailure,
  name: string,
  settings: ConnectionSettings,
  link: Link,
): ConnectFailure {
  const what = error.message.replace(/^\(SSH\) Channel open failure: /, '');
  if (!link.isOpen()) {
    return new ConnectFailure('jump', 'jump-failed', `jump host ${name}: connection lost`, {
      retryable: true,
    });
  }
  if (error.reason === 2) {
    return new ConnectFailure(
      'connect',
      'unreachable',
      `jump host ${name} cannot reach ${settings.hostName}:${settings.port}: ${what}`,
    );
  }
  return new ConnectFailure('jump', 'jump-failed', `jump host ${name} refuses to forward: ${what}`, {
    hint: 'See AllowTcpForwarding and PermitOpen in its sshd_config.',
  });
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

import type { Duplex } from 'node:stream';
import { ConnectFailure } from './connect-failure.ts';
import type { JumpHosts } from './jump-hosts.ts';
import type { NameResolver } from './resolve-name.ts';
import type { ConnectionSettings } from './settings.ts';
import { noAnswerHint, openTcp } from './tcp.ts';

/** A connected stream on which SSH can begin. */
export interface Dialled {
  readonly stream: Duplex;
  /** A better reason than "closed before the banner", when the way there knows one. */
  explainEnd?(): Promise<ConnectFailure>;
}

export interface DialOptions {
  readonly names: NameResolver;
  readonly jumps: JumpHosts;
  readonly signal: AbortSignal;
  /** What is left of the time for connecting, and all of it, in milliseconds. */
  readonly leftMs: number;
  readonly connectMs: number;
}

/** Reaches a node: directly, through ProxyCommand, or through its jump hosts. Rejects with ConnectFailure. */
export async function dial(settings: ConnectionSettings, options: DialOptions): Promise<Dialled> {
  if (settings.proxyCommand !== undefined) {
    // Few need it, and it loads child_process.
    const { openProxyCommand } = await import('./proxy-command.ts');
    const proxy = openProxyCommand(settings.proxyCommand);
    return { stream: proxy.stream, explainEnd: () => proxy.explain() };
  }
  const where = `${settings.hostName}:${settings.port}`;
  const late = (): ConnectFailure =>
    new ConnectFailure('connect', 'timeout', `no answer in ${options.connectMs / 1000} s (${where})`, {
      hint: noAnswerHint,
    });
  if (settings.jumps.length > 0) {
    return { stream: await throughJumps(settings, options, late) };
  }
  const addresses = await options.names.resolve(settings.hostName, settings.addressFamily);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(late()), options.leftMs);
  const stream = await openTcp({
    addresses,
    port: settings.port,
    bindAddress: settings.bindAddress,
    keepAlive: settings.tcpKeepAlive,
    signal: AbortSignal.any([options.signal, limit.signal]),
  }).finally(() => clearTimeout(timer));
  return { stream };
}

/** A jump host that fails is no reason to give up while there is another way: nothing has been sent to the node yet. */
async function throughJumps(
  settings: ConnectionSettings,
  options: DialOptions,
  late: () => ConnectFailure,
): Promise<Duplex> {
  let first: ConnectFailure | undefined;
  for (const jumps of [settings.jumps, ...settings.otherJumps]) {
    try {
      return await options.jumps.reach({ ...settings, jumps }, options.signal, options.leftMs, late);
    } catch (error) {
      if (!(error instanceof ConnectFailure) || error.phase !== 'jump') throw error;
      first ??= error;
    }
  }
  throw first!;
}

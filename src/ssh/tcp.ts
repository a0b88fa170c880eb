import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConnectFailure } from './connect-failure.ts';

export interface TcpOptions {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly bindAddress: string | undefined;
  readonly keepAlive: boolean;
  readonly signal: AbortSignal;
}

/** What to do about a host that says nothing. */
export const noAnswerHint =
  'Is the host up, and does a firewall let this port through? -t SECONDS waits longer.';

/** The same for one that accepts the connection. */
export const silentHint =
  'Something accepts connections there and says nothing: is it an SSH server, and is the host alive?';

const readBytes = 64 * 1024;
const readers = new WeakSet<Duplex>();

/**
 * From now on every read of this connection, when `openTcp` made it, comes in the same buffer: for readers that keep nothing of it.
 * A new buffer for each read would cost some 20 MB of peak memory for a stream of 1 GB.
 */
export function reuseReadBuffer(socket: Duplex): void {
  readers.add(socket);
}

/** With several addresses the next one is tried after this, the earlier ones staying in the race (RFC 8305). */
const staggerMs = 250;

/**
 * Opens a TCP connection without Nagle's delay (which costs 45 ms a login). Rejects with ConnectFailure;
 * on abort with the signal's reason.
 */
export function openTcp(options: TcpOptions): Promise<Socket> {
  const { addresses, port, signal } = options;
  return new Promise((resolve, reject) => {
    const open = new Set<Socket>();
    let next = 0;
    let firstError: Error | undefined;
    let timer: NodeJS.Timeout | undefined;
    let over = false;

    const finish = (winner: Socket | undefined, error: unknown): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      for (const socket of open) if (socket !== winner) socket.destroy();
      if (winner === undefined) reject(error);
      else resolve(winner);
    };
    const onAbort = (): void => finish(undefined, signal.reason);

    const tryNext = (): void => {
      clearTimeout(timer);
      const address = addresses[next];
      if (over || address === undefined) return;
      next += 1;
      const socket: Socket = connect({
        host: address,
        port,
        noDelay: true,
        keepAlive: options.keepAlive,
        onread: {
          buffer: Buffer.allocUnsafeSlow(readBytes),
          callback(count, buffer) {
            const read = (buffer as Buffer).subarray(0, count);
            socket.emit('data', readers.has(socket) ? read : Buffer.from(read));
            return true;
          },
        },
        ...(options.bindAddress === undefined ? {} : { localAddress: options.bindAddress }),
      });
      open.add(socket);
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        socket.on('error', () => undefined); // the owner learns it from 'close'
        finish(socket, undefined);
      });
      socket.on('error', (error) => {
        open.delete(socket);
        firstError ??= failureOf(error, address, port);
        if (next < addresses.length) tryNext();
        else if (open.size === 0) finish(undefined, firstError);
      });
      if (next < addresses.length) timer = setTimeout(tryNext, staggerMs);
    };

    if (signal.aborted) {
      finish(undefined, signal.reason);
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    tryNext();
  });
}

function failureOf(error: NodeJS.ErrnoException, address: string, port: number): ConnectFailure {
  return reachFailure(
    error.code ?? '',
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
  );
}

/** Why no connection came about, from the system's error code. @param where `127.0.0.1:22` */
export function reachFailure(code: string, where: string): ConnectFailure {
  switch (code) {
    case 'ECONNREFUSED':
      return new ConnectFailure('connect', 'refused', `connection refused (${where})`, {
        hint: 'Is sshd running there, and is this its port?',
      });
    case 'ETIMEDOUT':
      return new ConnectFailure('connect', 'timeout', `no answer (${where})`, { hint: noAnswerHint });
    case 'ECONNRESET':
      return new ConnectFailure('connect', 'closed', `connection reset (${where})`, { retryable: true });
    default:
      return new ConnectFailure('connect', 'unreachable', `${reasons[code] ?? code} (${where})`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network unreachable',
  EACCES: 'administratively prohibited',
  EINVAL: 'address not usable here',
  EADDRNOTAVAIL: 'BindAddress is not an address of this machine',
  EMFILE: 'too many open files on this machine',
};

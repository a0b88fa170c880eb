import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP connection that can be cut: what a bad network does to a client. */
export interface CuttableLink {
  readonly port: number;
  /** The next connection ends once so many bytes went from the client to the server. */
  cutAfterSent(bytes: number): void;
  /** The next connection ends once so many bytes came back. */
  cutAfterReceived(bytes: number): void;
  /** Ends what is connected. */
  cutNow(): void;
  /** Bytes of the last connection so far, both ways. */
  carried(): { readonly sent: number; readonly received: number };
  /** While true, connections are refused by closing them at once. */
  refuse(refusing: boolean): void;
  stop(): Promise<void>;
}

/** Relays 127.0.0.0/8 on a free port to `port` at `host`. */
export async function startCuttableLink(host: string, port: number): Promise<CuttableLink> {
  let limits = { sent: Infinity, received: Infinity };
  let carried = { sent: 0, received: 0 };
  let refusing = false;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const limit = limits;
    limits = { sent: Infinity, received: Infinity };
    const counts = { sent: 0, received: 0 };
    carried = counts;
    const upstream = connect(port, host);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    const relay = (from: Socket, to: Socket, way: 'sent' | 'received'): void => {
      open.add(from);
      from.on('data', (chunk: Buffer) => {
        const room = limit[way] - counts[way];
        counts[way] += Math.min(room, chunk.length);
        if (chunk.length < room) to.write(chunk);
        else to.end(chunk.subarray(0, room), end);
      });
      from.on('close', () => {
        open.delete(from);
        end();
      });
      from.on('error', end);
    };
    relay(client, upstream, 'sent');
    relay(upstream, client, 'received');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    cutAfterSent: (bytes) => void (limits = { ...limits, sent: bytes }),
    cutAfterReceived: (bytes) => void (limits = { ...limits, received: bytes }),
    cutNow: () => open.forEach((socket) => socket.destroy()),
    carried: () => ({ ...carried }),
    refuse: (now) => void (refusing = now),
    stop: () =>
      new Promise((resolve) => {
        open.forEach((socket) => socket.destroy());
        server.close(() => resolve());
      }),
  };
}

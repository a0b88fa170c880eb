import { createConnection, type Socket } from 'node:net';
import { ChannelFailure } from './link.ts';
import {
  type ChannelDriver,
  createMuxChannel,
  type MuxChannel,
  ownMaxPacket,
  ownWindow,
} from './mux-channel.ts';
import {
  channelPacket,
  controlPacket,
  type Field,
  message,
  readFields,
  splitPackets,
} from './mux-packets.ts';

/** A connection to an OpenSSH master in proxy mode: SSH channels without a process each. */
export interface MuxConnection {
  /** Opens a channel. Rejects with ChannelFailure; nothing was sent to a command then. */
  open(type: string, ...details: readonly Field[]): Promise<MuxChannel>;
  readonly closed: Promise<void>;
  isOpen(): boolean;
  destroy(): void;
  /** The listener is called before the connection is ended for it. */
  onWindowIgnored(listener: () => void): void;
}

/** PROTOCOL.mux, sections 1, 2 and 3. */
const hello = 1;
const version = 4;
const proxyRequest = 0x1000000f;
const proxyAnswer = 0x8000000f;

interface Opening {
  readonly resolve: (channel: MuxChannel) => void;
  readonly reject: (error: ChannelFailure) => void;
}

/** Connects to the control socket of a master. Rejects with the system's error, or when what answers is no master. */
export async function connectMux(path: string): Promise<MuxConnection> {
  const socket = createConnection(path);
  const ready = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const openings = new Map<number, Opening>();
  const channels = new Map<number, ChannelDriver>();
  let isOpen = false;
  let tellWindowIgnored: (() => void) | undefined;
  let nextId = 0;

  const takeChannelPacket = (packet: Buffer): void => {
    const fields = readFields(packet);
    fields.byte();
    const type = fields.byte();
    if (type < message.openConfirmation || type > message.failure) return;
    const id = fields.uint32();
    const opening = openings.get(id);
    if (opening === undefined) {
      channels.get(id)?.receive(type, fields);
      return;
    }
    openings.delete(id);
    if (type === message.openConfirmation) {
      const driver = createMuxChannel({
        remote: fields.uint32(),
        window: fields.uint32(),
        maxPacket: Math.min(fields.uint32(), ownMaxPacket),
        send: (bytes) => !socket.writable || socket.write(bytes),
        forget: () => channels.delete(id),
        windowIgnored() {
          tellWindowIgnored?.();
          end(new Error('the server ignores the channel window'));
        },
      });
      channels.set(id, driver);
      opening.resolve(driver.channel);
    } else if (type === message.openFailure) {
      const reason = fields.uint32();
      opening.reject(new ChannelFailure(fields.string().toString('utf8'), false, reason));
    }
  };
  const takeControlPacket = (packet: Buffer): void => {
    const fields = readFields(packet);
    const type = fields.uint32();
    if (type === hello) {
      if (fields.uint32() !== version) throw new Error('the master speaks another version');
      socket.write(controlPacket(proxyRequest, 0));
    } else if (type === proxyAnswer) {
      isOpen = true;
      ready.resolve();
    } else throw new Error('the master does not offer its proxy mode');
  };
  const take = splitPackets((packet) => (isOpen ? takeChannelPacket(packet) : takeControlPacket(packet)));

  const end = (error: Error): void => {
    if (socket.destroyed && !isOpen) ready.reject(error);
    isOpen = false;
    socket.destroy();
    ready.reject(error);
    for (const { reject } of openings.values()) reject(new ChannelFailure('connection lost', false));
    openings.clear();
    for (const driver of channels.values()) driver.lost();
    closed.resolve();
  };
  listen(socket, take, end, () => {
    for (const driver of channels.values()) driver.drained();
  });
  socket.write(controlPacket(hello, version));
  await ready.promise;

  return {
    closed: closed.promise,
    isOpen: () => isOpen,
    destroy: () => end(new Error('closed')),
    onWindowIgnored(listener) {
      tellWindowIgnored = listener;
    },
    open(type, ...details) {
      if (!isOpen) return Promise.reject(new ChannelFailure('connection lost', false));
      const id = nextId;
      nextId += 1;
      return new Promise((resolve, reject) => {
        openings.set(id, { resolve, reject });
        socket.write(channelPacket(message.open, type, id, ownWindow, ownMaxPacket, ...details));
      });
    },
  };
}

function listen(
  socket: Socket,
  take: (chunk: Buffer) => void,
  end: (error: Error) => void,
  drained: () => void,
): void {
  socket.on('data', (chunk) => {
    try {
      take(chunk);
    } catch (error) {
      end(error as Error);
    }
  });
  socket.on('drain', drained);
  socket.on('error', end);
  socket.on('close', () => end(new Error('the master closed the connection')));
}

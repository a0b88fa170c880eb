import type { Client, ClientChannel } from 'ssh2';
import { windowGrace } from './link.ts';
import { patchRawKeys, type ProtocolParts } from './ssh2-raw-keys.ts';

/** What the server answered to the last login attempt. */
export interface AuthAnswer {
  readonly methods: readonly string[];
  readonly partial: boolean;
}

/** What muster needs of ssh2 beyond its public interface; each part falls back to the plain library. */
export interface Patches {
  /** The server's true answer; the library itself forgets it when an agent's key fails (its issue 1215). */
  lastAuthAnswer(): AuthAnswer | undefined;
  /** True when the server closed this channel itself, false when the connection was lost; undefined: cannot be told. */
  closedByServer(channel: ClientChannel): boolean | undefined;
  /** A signal to the channel's process group. */
  signal(channel: ClientChannel, name: string): void;
}

/** What the library lets a server send before any of it was read (its MAX_WINDOW). */
const libraryWindow = 2 * 1024 * 1024;

type Handler = (protocol: unknown, ...args: unknown[]) => unknown;

interface ClientParts {
  _protocol?: ProtocolParts & {
    _handlers?: Record<string, Handler | undefined>;
    signal?: (channel: number, name: string) => void;
    channelFailure?: (channel: number) => void;
  };
  _chanMgr?: { get?: (id: number) => unknown };
}

interface ChannelParts {
  outgoing?: { id: number; state: string };
  incoming?: { window: number };
  _exit?: { code?: unknown };
}

/**
 * Changes six message handlers of one client, after `connect()` has made them. Written for ssh2 1.17.0 and checked
 * by test/integration/ssh/ssh2-contract.test.ts.
 * @param onWindowIgnored a server sends more than it may
 */
export function patchClient(client: Client, onWindowIgnored: () => void): Patches {
  const { _protocol: protocol, _chanMgr: channels } = client as unknown as ClientParts;
  patchRawKeys(protocol);
  const handlers = protocol?._handlers ?? {};
  const channelOf = (id: unknown): ChannelParts | undefined => {
    const channel = typeof id === 'number' ? channels?.get?.(id) : undefined;
    return typeof channel === 'object' && channel !== null ? channel : undefined;
  };
  let answer: AuthAnswer | undefined;
  const closed = new WeakSet<object>();
  const seesCloses = handlers['CHANNEL_CLOSE'] !== undefined;

  wrap(handlers, 'GLOBAL_REQUEST', (original, args) => {
    // sshd offers all its host keys after login and the library proves each: 1–2 ms a node for something nobody uses
    return args[1] === 'hostkeys-00@openssh.com' ? undefined : original(...args);
  });
  wrap(handlers, 'USERAUTH_FAILURE', (original, args) => {
    if (Array.isArray(args[1])) answer = { methods: args[1] as string[], partial: args[2] === true };
    return original(...args);
  });
  wrap(handlers, 'CHANNEL_REQUEST', (original, args) => {
    // after the exit status the library leaves requests unanswered, and sshd's ClientAlive ends the connection
    const channel = channelOf(args[1]);
    if (args[3] === true && channel?._exit?.code !== undefined && channel.outgoing !== undefined) {
      return protocol?.channelFailure?.(channel.outgoing.id);
    }
    return original(...args);
  });
  wrap(handlers, 'CHANNEL_CLOSE', (original, args) => {
    const channel = channelOf(args[1]);
    if (channel !== undefined) closed.add(channel);
    return original(...args);
  });

  const exceeded = new WeakMap<object, number>();
  for (const name of ['CHANNEL_DATA', 'CHANNEL_EXTENDED_DATA']) {
    wrap(handlers, name, (original, args) => {
      const channel = channelOf(args[1]);
      const size = Buffer.isBuffer(args[2]) ? args[2].length : 0;
      const excess = channel?.incoming === undefined ? 0 : size - channel.incoming.window;
      if (excess > 0) {
        // the library would drop data in silence, or hold it without limit
        const sum = (exceeded.get(channel!) ?? 0) + excess;
        exceeded.set(channel!, sum);
        if (sum > libraryWindow * windowGrace) return onWindowIgnored();
        channel!.incoming!.window = size;
      }
      return original(...args);
    });
  }

  return {
    lastAuthAnswer: () => answer,
    closedByServer: (channel) => (seesCloses ? closed.has(channel) : undefined),
    signal(channel, name) {
      // the library drops signals in silence once our end of file is sent, the usual state of a command without
      // input; the protocol allows them until the channel is closed (RFC 4254, 6.9)
      const { outgoing } = channel as unknown as ChannelParts;
      if (protocol?.signal === undefined || outgoing === undefined) channel.signal(name);
      else if (outgoing.state === 'open' || outgoing.state === 'eof') protocol.signal(outgoing.id, name);
    },
  };
}

function wrap(
  handlers: Record<string, Handler | undefined>,
  name: string,
  replacement: (original: Handler, args: Parameters<Handler>) => unknown,
): void {
  const original = handlers[name];
  if (original === undefined) return;
  handlers[name] = (...args) => replacement(original, args);
}

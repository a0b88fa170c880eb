import type { Duplex, Readable, Writable } from 'node:stream';

/** An authenticated connection. */
export interface Link {
  /** Starts a command; an empty one is the login shell. Rejects with ChannelFailure. */
  start(command: string, pty: boolean): Promise<CommandChannel>;
  /** Starts a subsystem of the server (`sftp`), whose bytes the stream carries. Rejects with ChannelFailure. */
  subsystem(name: string): Promise<Duplex>;
  /** A connection from the far end to an address there. Rejects with ChannelFailure. */
  forward(host: string, port: number): Promise<Duplex>;
  /** A connection to a Unix socket of the far end, as the user who logged in. Rejects with ChannelFailure. */
  forwardSocket(path: string): Promise<Duplex>;
  /** Resolves when it is over, however that came. */
  readonly closed: Promise<void>;
  isOpen(): boolean;
  /** Ends it at once; the library itself waits for a silent peer for ever. */
  destroy(): void;
}

/** What the configuration gives to each command of a connection. */
export interface SessionExtras {
  readonly environment: Readonly<Record<string, string>>;
  /** Socket of the agent to be forwarded; asked when a command starts. */
  readonly agent: () => string | undefined;
  /** Something of the connection that is worth telling, in words. */
  readonly onNotice: (text: string) => void;
}

/** What is said when ForwardAgent is of no effect; ssh says nothing. */
export const agentRefused = 'the server does not let the agent be forwarded (AllowAgentForwarding)';

/** A server that sends more than it was allowed would fill the memory of whoever reads slowly. */
export const windowIgnored =
  'the server sends more than it may (it ignores the channel window); connection ended';

/** Beyond the window a channel may send this share of it, as for OpenSSH (channels.c), before its connection is ended. */
export const windowGrace = 0.1;

/** How a remote command ended. */
export type CommandExit = { readonly code: number } | { readonly signal: string };

/** One remote command. Both outputs must be read: they share one window, and an unread one stops the other. */
export interface CommandChannel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The exit status, once the server has told it. */
  exit(): CommandExit | undefined;
  /** Resolves with the exit status or the channel's end. */
  readonly exited: Promise<void>;
  /** Resolves when all is over and all output was read; true: the server closed it, false: the connection was lost. */
  readonly closed: Promise<boolean>;
  signal(name: 'TERM' | 'KILL'): void;
  close(): void;
}

/** Why a command was not started, or perhaps not. */
export class ChannelFailure extends Error {
  override readonly name = 'ChannelFailure';
  /** True when the request to run the command may have reached the server. */
  readonly sent: boolean;
  /** The server's reason number for not opening a channel (RFC 4254, 5.1). */
  readonly reason: number | undefined;

  constructor(message: string, sent: boolean, reason?: number) {
    super(message);
    this.sent = sent;
    this.reason = reason;
  }
}

import type { Readable, Writable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { Patches } from './ssh2-patches.ts';

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

/** Must be called from the library's own callback: the exit status may be the next message. */
export function commandChannel(
  channel: ClientChannel,
  patches: Patches,
  linkClosed: Promise<void>,
): CommandChannel {
  const exited = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<boolean>();
  let exit: CommandExit | undefined;
  channel.on('exit', (code: number | null, signal?: string) => {
    // a second status would be a broken server's: the first counts
    exit ??= code === null ? { signal: (signal ?? 'UNKNOWN').replace(/^SIG/, '') } : { code: code & 255 };
    exited.resolve();
  });
  let stderrEnded = false;
  channel.stderr.once('end', () => (stderrEnded = true));
  channel.once('close', () => {
    exited.resolve();
    const end = (): void => closed.resolve(patches.closedByServer(channel) ?? exit !== undefined);
    if (stderrEnded) end();
    else channel.stderr.once('end', end);
  });
  // writes after the end fail; what matters of it is seen in the channel's end
  channel.on('error', () => {});
  channel.stderr.on('error', () => {});
  void linkClosed.then(exited.resolve);
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    exit: () => exit,
    exited: exited.promise,
    closed: closed.promise,
    signal: (name) => patches.signal(channel, name),
    close: () => channel.close(),
  };
}

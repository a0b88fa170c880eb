import type { ClientChannel } from 'ssh2';
import type { CommandChannel, CommandExit } from './link.ts';
import type { Patches } from './ssh2-patches.ts';

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

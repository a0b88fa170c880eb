import type { ClientChannel } from 'ssh2';
import type { RemoteFate } from '../fanout/outcome.ts';
import { type Link, sendSignal } from './ssh2-adapter.ts';
import { within } from './within.ts';

/** How long the server is given to act on a signal before its process group is looked for. */
const signalMs = 250;

export interface RemoteEnd {
  readonly channel: ClientChannel;
  /** Resolves when the command has exited or the connection is lost. */
  readonly over: Promise<unknown>;
  hasExited(): boolean;
}

/**
 * Ends a remote command: TERM to its process group, KILL after `graceMs`; says whether it is gone.
 * OpenSSH ignores signal requests in sessions of root ("session signalling requires privilege separation", seen with
 * 9.2), so when a signal shows no effect a second session of the same connection kills the group.
 */
export async function endRemote(link: Link, command: RemoteEnd, graceMs: number): Promise<RemoteFate> {
  for (const [name, waitMs] of [
    ['TERM', graceMs],
    ['KILL', 2000],
  ] as const) {
    sendSignal(link, command.channel, name);
    if (await within(command.over, signalMs)) break;
    await killGroups(link, name, waitMs);
    if (await within(command.over, waitMs)) break;
  }
  if (command.hasExited()) return 'ended';
  return link.isOpen() ? 'still-running' : 'unknown';
}

/**
 * sshd starts each session's command as leader of a process group, all as children of one process per connection:
 * our own parent. So its other children are the commands of this connection, and there is one at a time.
 */
async function killGroups(link: Link, name: 'TERM' | 'KILL', waitMs: number): Promise<void> {
  const script = [
    'for p in $(ps -A -o pid= -o ppid= | while read p q; do',
    '[ "$q" = "$PPID" ] && [ "$p" != "$$" ] && echo "$p"; done); do',
    `kill -s ${name} -- "-$p"; done`,
  ].join(' ');
  const done = new Promise<void>((resolve) => {
    link.client.exec(`exec /bin/sh -c '${script}'`, (error, channel) => {
      // A server that allows one session only leaves nothing else to do: the caller says "still running".
      if (error !== undefined) return resolve();
      channel.on('close', () => resolve()).resume();
      channel.stderr.resume();
      channel.end();
    });
  });
  await within(done, waitMs);
}

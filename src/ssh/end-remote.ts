import type { RemoteFate } from '../fanout/outcome.ts';
import type { CommandChannel, Link } from './link.ts';
import type { LeasedLink } from './node-links.ts';
import { within } from './within.ts';

/** How long the server is given to act on a signal before its process group is looked for. */
const signalMs = 250;

/**
 * Ends a remote command: TERM to its process group, KILL after `graceMs`; says whether it is gone.
 * OpenSSH 9.2 ignores signal requests in sessions of root ("session signalling requires privilege separation"; 10.0
 * takes them), so when a signal shows no effect a second session of the same connection kills the group.
 */
export async function endRemote(
  { link, slots }: LeasedLink,
  channel: CommandChannel,
  graceMs: number,
): Promise<RemoteFate> {
  for (const [name, waitMs] of [
    ['TERM', graceMs],
    ['KILL', 2000],
  ] as const) {
    if (!link.isOpen()) break;
    channel.signal(name);
    if (await within(channel.exited, signalMs)) break;
    // all commands of a connection are children of one sshd: with several there, none can be told from the others
    if (slots.taken() === 1) await killGroups(link, name, waitMs);
    if (await within(channel.exited, waitMs)) break;
  }
  if (channel.exit() !== undefined) return 'ended';
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
  const killed = link.start(`exec /bin/sh -c '${script}'`, false).then(async (session) => {
    session.stdout.resume();
    session.stderr.resume();
    session.stdin.end();
    await session.exited;
    session.close();
  });
  // a server that allows one session only leaves nothing else to do: the caller says "still running"
  await within(
    killed.catch(() => undefined),
    waitMs,
  );
}

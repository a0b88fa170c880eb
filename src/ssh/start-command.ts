import { setTimeout as pause } from 'node:timers/promises';
import type { CommandTask } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import type { LeasedLink } from './node-links.ts';
import { ChannelFailure, type CommandChannel } from './link.ts';
import { within } from './within.ts';

/** A command the server has taken. */
export interface StartedCommand {
  readonly channel: CommandChannel;
  /** Gives the session's place on the connection to the next command. */
  release(): void;
}

/** A server that has no session free may have one soon: it frees them a little after their end. */
const openAttempts = 5;

/** A refusal and a lost connection look alike for this long. */
const aliveMs = 250;

/** Asks for a session and sends the command; what can happen instead is an outcome. On abort rejects with its reason. */
export async function startCommand(
  { link, slots }: LeasedLink,
  task: CommandTask,
  signal: AbortSignal,
): Promise<StartedCommand | NodeOutcome> {
  let refusals = 0;
  for (let attempt = 1; ;) {
    const release = await slots.take(signal, task.onCrowded);
    try {
      return { channel: await link.start(task.command, task.pty === true), release };
    } catch (error) {
      release();
      if (!(error instanceof ChannelFailure)) throw error;
      // a numbered refusal is an answer, all else may be the end of the connection
      const answered = error.reason !== undefined && link.isOpen();
      const lost = !answered && (!link.isOpen() || (await within(link.closed, aliveMs)));
      if (error.sent) {
        return lost
          ? { kind: 'unknown', message: 'connection lost while the command was being sent' }
          : { kind: 'refused', message: 'the server refuses to run the command' };
      }
      if (lost) return notStarted('closed', 'connection lost before the command was sent', true);
      if (!answered) {
        const what = /pseudo-terminal/.test(error.message)
          ? 'the server gives no pseudo-terminal'
          : error.message;
        return notStarted('channel-refused', what, false);
      }
      refusals += 1;
      const alone = slots.taken() === 0;
      if (!alone) {
        if (refusals > 1) slots.shrink();
      } else if (attempt < openAttempts) attempt += 1;
      else {
        const what = error.message.replace(/^\(SSH\) Channel open failure: /, '');
        return notStarted(
          'channel-refused',
          `the server opens no session: ${what}`,
          true,
          'MaxSessions in the sshd_config of the node may be too low.',
        );
      }
    }
    await pause(100 * 2 ** attempt * (0.5 + Math.random()), undefined, { signal });
  }
}

function notStarted(
  reason: 'closed' | 'channel-refused',
  message: string,
  retryable: boolean,
  hint?: string,
): NodeOutcome {
  return {
    kind: 'not-started',
    phase: 'open',
    reason,
    message,
    retryable,
    ...(hint === undefined ? {} : { hint }),
  };
}

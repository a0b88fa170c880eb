import type { CommandTask, OutputSink } from '../fanout/executor.ts';
import type { NodeOutcome, RemoteFate } from '../fanout/outcome.ts';
import { endRemote } from './end-remote.ts';
import { feedInput } from './feed-input.ts';
import { forwardOutput } from './forward-output.ts';
import type { LeasedLink } from './node-links.ts';
import { type StartedCommand, startCommand } from './start-command.ts';
import { within } from './within.ts';

export interface CommandTimes {
  /** TERM to KILL. */
  readonly graceMs: number;
  /** How long silence may last while a background child holds the output open after the command's end. */
  readonly outputGraceMs: number;
}

/** What may end a command before its time; `ended` tells which, once one did. */
export interface Ending {
  readonly signal: AbortSignal;
  /** Resolves with it. */
  readonly promise: Promise<'ended'>;
  ended(): { readonly kind: 'timeout'; readonly afterMs: number } | { readonly kind: 'abort' } | undefined;
}

/** Commands whose server does not even answer are given this long to be ended. */
const settleMs = 2000;

/** Runs one command on an open connection. Rejects only with what the sink throws, or for bugs. */
export async function runCommand(
  leased: LeasedLink,
  task: CommandTask,
  sink: OutputSink,
  ending: Ending,
  times: CommandTimes,
  onBackground: () => void,
): Promise<NodeOutcome> {
  const starting = startCommand(leased, task, ending.signal);
  // whatever becomes of it later: the connection goes away with the command
  starting.catch(() => {});
  const started = await untilEnded(starting, ending);
  if (started === 'ended') return endWhileStarting(starting, leased, ending, times);
  if ('kind' in started) return started;
  try {
    return await follow(started, leased, task, sink, ending, times, onBackground);
  } finally {
    started.channel.close();
    started.release();
  }
}

async function follow(
  { channel }: StartedCommand,
  leased: LeasedLink,
  task: CommandTask,
  sink: OutputSink,
  ending: Ending,
  times: CommandTimes,
  onBackground: () => void,
): Promise<NodeOutcome> {
  const output = forwardOutput(channel, sink);
  feedInput(channel, task, output.ended);

  const first = await untilEnded(Promise.race([channel.exited, output.failed]), ending);
  if (first === 'ended') {
    const fate = await endRemote(leased, channel, times.graceMs);
    await within(output.ended, fate === 'ended' ? times.outputGraceMs : 0);
    await output.stop();
    return early(ending, fate);
  }
  await Promise.race([output.ended, output.failed, output.silentFor(times.outputGraceMs), ending.promise]);
  const cut = ending.ended() !== undefined && !output.isEnded();
  const background = !cut && !output.isEnded() && leased.link.isOpen();
  await output.stop();
  const exit = channel.exit();
  if (exit === undefined) {
    return {
      kind: 'unknown',
      message: leased.link.isOpen()
        ? 'the server closed the session without an exit status'
        : 'connection lost, the command may still be running',
    };
  }
  if (background) onBackground();
  const whole = !cut && (background || (await channel.closed));
  return { kind: 'finished', ...exit, ...(whole ? {} : { truncated: true }) };
}

/** The end came while the server had not answered: the command may or may not have begun. */
async function endWhileStarting(
  starting: Promise<StartedCommand | NodeOutcome>,
  leased: LeasedLink,
  ending: Ending,
  times: CommandTimes,
): Promise<NodeOutcome> {
  const settled = starting.then(
    (started) => started,
    () => undefined,
  );
  if (!(await within(settled, settleMs))) {
    leased.link.destroy();
    return early(ending, 'unknown');
  }
  const started = await settled;
  if (started === undefined || 'kind' in started) {
    return early(ending, started?.kind === 'unknown' ? 'unknown' : 'ended');
  }
  try {
    started.channel.stdout.resume();
    started.channel.stderr.resume();
    return early(ending, await endRemote(leased, started.channel, times.graceMs));
  } finally {
    started.channel.close();
    started.release();
  }
}

function early(ending: Ending, remote: RemoteFate): NodeOutcome {
  const ended = ending.ended();
  return ended?.kind === 'timeout'
    ? { kind: 'timed-out', afterMs: ended.afterMs, remote }
    : { kind: 'cancelled', remote };
}

async function untilEnded<T>(work: Promise<T>, ending: Ending): Promise<T | 'ended'> {
  return Promise.race([work, ending.promise]);
}

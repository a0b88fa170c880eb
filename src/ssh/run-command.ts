import { pipeline } from 'node:stream/promises';
import type { CommandTask, OutputSink, OutputStream } from '../fanout/executor.ts';
import type { NodeOutcome, RemoteFate } from '../fanout/outcome.ts';
import { endRemote } from './end-remote.ts';
import type { Link } from './ssh2-adapter.ts';
import { within } from './within.ts';
import type { ClientChannel } from 'ssh2';

export interface CommandTimes {
  /** TERM to KILL. */
  readonly graceMs: number;
  /** How long a background child may go on holding the output open after the command has ended. */
  readonly outputGraceMs: number;
}

/** What ended a command before its time. */
type Ended = { readonly kind: 'timeout'; readonly afterMs: number } | { readonly kind: 'abort' };

/**
 * Runs one command on an open connection.
 * @param endAt aborts when the time limit is over; its reason is `{afterMs}`
 */
export async function runCommand(
  link: Link,
  task: CommandTask,
  sink: OutputSink,
  ending: { readonly signal: AbortSignal; readonly timeout: AbortSignal; readonly afterMs: number },
  times: CommandTimes,
): Promise<NodeOutcome> {
  const opened = await openChannel(link, task);
  if ('kind' in opened) return opened;
  return follow(opened, link, task, sink, ending, times);
}

/** A channel and what was seen of its end. */
interface Running {
  readonly channel: ClientChannel;
  exit: { code?: number; signal?: string } | undefined;
  readonly exited: Promise<void>;
  readonly closed: Promise<void>;
}

/** Listens from the first moment: the exit status may come in the same packet as the channel. */
function watch(channel: ClientChannel): Running {
  const exited = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const running: Running = { channel, exit: undefined, exited: exited.promise, closed: closed.promise };
  channel.on('exit', (code: number | null, signal?: string) => {
    running.exit ??= code === null ? { signal: (signal ?? 'UNKNOWN').replace(/^SIG/, '') } : { code };
    exited.resolve();
  });
  channel.once('close', () => closed.resolve());
  return running;
}

function openChannel(link: Link, task: CommandTask): Promise<Running | NodeOutcome> {
  return new Promise((resolve) => {
    let answered = false;
    const done = (error: Error | undefined, channel: ClientChannel): void => {
      answered = true;
      if (error === undefined) resolve(watch(channel));
      else void refusal(link, error).then(resolve);
    };
    void link.closed.then(() => {
      if (!answered)
        resolve({ kind: 'unknown', message: 'connection lost while the command was being sent' });
    });
    const pty = task.pty === true ? { pty: true } : {};
    // Without a command it is the login shell itself, as `ssh -T`.
    if (task.command === '') link.client.shell(task.pty === true ? {} : false, done);
    else link.client.exec(task.command, pty, done);
  });
}

/** A refusal looks like a lost connection at first: only a connection that lives on makes it one. */
async function refusal(link: Link, error: Error & { reason?: unknown }): Promise<NodeOutcome> {
  if (error.reason !== undefined || /open failed/i.test(error.message)) {
    return {
      kind: 'not-started',
      phase: 'open',
      reason: 'channel-refused',
      message: `the server opens no session: ${error.message}`,
      hint: 'MaxSessions in the sshd_config of the node may be too low.',
      retryable: true,
    };
  }
  await Promise.race([link.closed, new Promise((resolve) => setTimeout(resolve, 250))]);
  return link.isOpen()
    ? { kind: 'refused', message: error.message }
    : { kind: 'unknown', message: 'connection lost while the command was being sent' };
}

async function follow(
  running: Running,
  link: Link,
  task: CommandTask,
  sink: OutputSink,
  ending: { readonly signal: AbortSignal; readonly timeout: AbortSignal; readonly afterMs: number },
  times: CommandTimes,
): Promise<NodeOutcome> {
  const { channel, exited } = running;
  const writing = new Set<Promise<void>>();
  const outputs = Promise.all([
    forward('stdout', channel, channel, sink, writing),
    forward('stderr', channel.stderr, channel, sink, writing),
  ]);
  feed(channel, task);

  const over = Promise.race([Promise.all([running.closed, outputs]), link.closed]);

  const ended = await firstOf(ending, Promise.race([exited, over]));
  let fate: RemoteFate = 'unknown';
  if (ended !== undefined) {
    const command = {
      channel,
      over: Promise.race([exited, over]),
      hasExited: () => running.exit !== undefined,
    };
    fate = await endRemote(link, command, times.graceMs);
  }
  await within(over, times.outputGraceMs);
  const complete = link.isOpen();
  channel.removeAllListeners('data');
  channel.close();
  await Promise.all(writing);

  if (ended?.kind === 'timeout') return { kind: 'timed-out', afterMs: ended.afterMs, remote: fate };
  if (ended?.kind === 'abort') return { kind: 'cancelled', remote: fate };
  if (running.exit === undefined) {
    return { kind: 'unknown', message: 'connection lost, the command may still be running' };
  }
  return { kind: 'finished', ...running.exit, ...(complete ? {} : { truncated: true }) };
}

/** Resolves with what ended it, undefined when the command came to its end by itself. */
async function firstOf(
  ending: { readonly signal: AbortSignal; readonly timeout: AbortSignal; readonly afterMs: number },
  finished: Promise<unknown>,
): Promise<Ended | undefined> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const onAbort = (): void => resolve({ kind: 'abort' });
  const onTimeout = (): void => resolve({ kind: 'timeout', afterMs: ending.afterMs });
  ending.signal.addEventListener('abort', onAbort, { once: true });
  ending.timeout.addEventListener('abort', onTimeout, { once: true });
  if (ending.signal.aborted) onAbort();
  if (ending.timeout.aborted) onTimeout();
  const result = await Promise.race([promise, finished.then(() => undefined)]);
  ending.signal.removeEventListener('abort', onAbort);
  ending.timeout.removeEventListener('abort', onTimeout);
  return result;
}

/** Resolves at the stream's end. A sink that is slow pauses the stream: the SSH window holds the sender back. */
function forward(
  stream: OutputStream,
  from: NodeJS.ReadableStream,
  channel: ClientChannel,
  sink: OutputSink,
  writing: Set<Promise<void>>,
): Promise<void> {
  from.on('data', (chunk: Buffer) => {
    const wait = sink.write(stream, chunk);
    if (wait === undefined) return;
    from.pause();
    const written = wait.then(() => {
      writing.delete(written);
      from.resume();
    });
    writing.add(written);
  });
  return new Promise((resolve) => {
    from.once('end', resolve);
    channel.once('error', () => resolve());
  });
}

function feed(channel: ClientChannel, task: CommandTask): void {
  if (task.stdin === undefined) {
    channel.end();
    return;
  }
  // The command may end without reading its input: that is its own affair.
  pipeline(task.stdin(), channel, { end: true }).catch(() => channel.end());
}

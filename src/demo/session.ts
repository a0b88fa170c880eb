import type { Connection, ServerChannel, Session } from 'ssh2';

import type { DemoNode } from './node.ts';
import { loginShell } from './login-shell.ts';
import { runInteractive } from './interactive.ts';
import { runCommandLine } from './sh/command-line.ts';
import { isSignalName, Job, Killed } from './sh/job.ts';
import type { Shell } from './sh/shell.ts';
import { channelStreams } from './channel-streams.ts';

export interface SessionOptions {
  readonly node: DemoNode;
  readonly user: string;
  readonly delayMs: number;
}

/** Serves one session channel: a command or a login shell, its signals, its terminal if it asked for one. */
export function serveSession(session: Session, connection: Connection, options: SessionOptions): void {
  const { node } = options;
  const job = new Job();
  const environment = new Map<string, string>();
  let terminal = false;
  session.on('env', (accept, _reject, { key, val }) => {
    // As a Debian sshd: AcceptEnv LANG LC_*.
    if (/^(?:LANG|LC_[A-Z]+)$/.test(key)) {
      environment.set(key, val);
    }
    accept?.();
  });
  session.on('pty', (accept, _reject, { term }) => {
    terminal = true;
    environment.set('TERM', term || 'dumb');
    accept?.();
  });
  session.on('window-change', (accept) => {
    accept?.();
  });
  session.on('signal', (accept, _reject, { name }) => {
    if (isSignalName(name)) {
      job.deliver(name);
    }
    accept?.();
  });
  session.on('eof', () => {
    // ssh2 1.17 refuses every request, signals too, once the client has closed its standard input; RFC 4254 does not.
    (session as unknown as { _ending: boolean })._ending = false;
  });

  const serve = (channel: ServerChannel, run: (shell: Shell) => Promise<number>) => {
    node.jobs.add(job);
    const onGone = () => {
      job.deliver('KILL');
    };
    connection.once('close', onGone);
    channel.once('close', onGone);
    const streams = channelStreams(channel, terminal ? job : undefined);
    const shell = loginShell(node, {
      user: options.user,
      job,
      environment,
      descriptors: streams.descriptors,
    });
    const body = async () => {
      if (options.delayMs > 0) {
        await job.sleep(options.delayMs);
      }
      return run(shell);
    };
    const whole = async () => {
      await finish(channel, () => streams.flush(), body);
      connection.removeListener('close', onGone);
      channel.removeListener('close', onGone);
      await Promise.allSettled(job.background);
      node.jobs.delete(job);
    };
    void whole();
  };
  session.on('exec', (accept, _reject, { command }) => {
    serve(accept(), (shell) => runCommandLine(shell, command));
  });
  session.on('shell', (accept) => {
    serve(accept(), (shell) => runInteractive(shell, terminal));
  });
}

/** Runs to the end and says so to the client: exit status or exit signal, after all output. */
async function finish(
  channel: ServerChannel,
  flush: () => Promise<void>,
  body: () => Promise<number>,
): Promise<void> {
  let end: number | string;
  try {
    end = await body();
  } catch (error) {
    end = error instanceof Killed ? error.signal : 255;
    if (!(error instanceof Killed)) {
      channel.stderr.write(`muster demo: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
  await flush();
  if (typeof end === 'number') {
    channel.exit(end);
  } else {
    channel.exit(end, false, '');
  }
  channel.end();
}

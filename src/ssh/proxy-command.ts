import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { ConnectFailure } from './connect-failure.ts';
import { printable } from './banner-watch.ts';
import { within } from './within.ts';

/** A connection that is a program's stdin and stdout. */
export interface ProxyConnection {
  readonly stream: Duplex;
  /** Why it ended, with what it wrote on stderr. */
  explain(): Promise<ConnectFailure>;
}

const keptStderr = 2048;

/** Starts a ProxyCommand in a process group of its own; ending the stream ends the group. */
export function openProxyCommand(command: string): ProxyConnection {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: 'pipe', detached: true });
  let said = Buffer.alloc(0);
  let ended = '';
  const over = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < keptStderr) said = Buffer.concat([said, chunk]).subarray(0, keptStderr);
  });
  // a helper that has died yields EPIPE; its end is what counts
  child.stdin.on('error', () => {});
  child.once('exit', (code, signal) => {
    ended = signal === null ? `exit status ${code}` : `killed by ${signal}`;
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on('error', () => {});
  child.once('error', (error) => {
    ended = error.message;
    stream.destroy();
  });
  stream.once('close', () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // ended by itself meanwhile
    }
  });
  return {
    stream,
    async explain() {
      await within(over, 500);
      const text = printable(said);
      const parts = [ended, text].filter((part) => part !== '');
      return new ConnectFailure(
        'connect',
        'closed',
        `ProxyCommand failed${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`,
        { hint: `It was: ${command}` },
      );
    },
  };
}

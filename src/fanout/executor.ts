import type { NodeOutcome } from './outcome.ts';

export type OutputStream = 'stdout' | 'stderr';

/** Where one node's output goes, chunk by chunk. A chunk is only valid during the call: copy what is kept. */
export interface OutputSink {
  /** When a promise comes back, the executor stops reading that node until it resolves (the SSH window is the brake). */
  write(stream: OutputStream, chunk: Buffer): void | Promise<void>;
}

/** One command, the same for all nodes. */
export interface CommandTask {
  /** Given to the node's login shell as it is. */
  readonly command: string;
  /** Bytes for the remote stdin; without it the remote reads end-of-file at once. Called once per node. */
  readonly stdin?: () => AsyncIterable<Uint8Array>;
  /** Milliseconds from launch, connection included (as clush's -u); 0 or absent: none. */
  readonly timeoutMs?: number;
  /** Ask the server for a pseudo-terminal. */
  readonly pty?: boolean;
  /** Called when another command of the node waits because this one has a session: it may end, if it can spare itself. */
  readonly onCrowded?: () => void;
}

/**
 * Runs commands on nodes. Implementations: ssh2, the openssh binary, local processes, demo fleet.
 * `execute` resolves with an outcome for everything that can happen to a node and rejects only for bugs.
 * On abort it ends the remote process group (TERM, then KILL after 5 s) and resolves with `cancelled`.
 */
export interface Executor {
  execute(node: string, task: CommandTask, sink: OutputSink, signal: AbortSignal): Promise<NodeOutcome>;
  /** Closes every connection that was kept open; always resolves. */
  close(): Promise<void>;
}

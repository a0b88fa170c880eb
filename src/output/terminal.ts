import type { StatusLine } from './status-line.ts';

/** Why nothing can be written to a channel any more. */
export type ChannelFailure =
  /** The reader went away (`| head -1`): not an error, the run just stops. */
  | { readonly kind: 'closed' }
  /** Disk full, for example. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

/** One way out to the user. */
export interface OutputChannel {
  /**
   * Writes bytes, text as UTF-8, or bytes carried as a latin1 string; all are copied. When a promise comes back, hold
   * the input back until it resolves. Never throws and never rejects: after a failure everything is dropped.
   */
  write(chunk: Buffer | string, encoding?: 'utf8' | 'latin1'): void | Promise<void>;
  /** Resolves when everything is written, or will never be. */
  flush(): Promise<void>;
  readonly isTTY: boolean;
  readonly failure: ChannelFailure | undefined;
}

/** Where a command prints. */
export interface Terminal {
  readonly stdout: OutputChannel;
  readonly stderr: OutputChannel;
  /** Width of the terminal, read anew each time; 80 when there is none. */
  readonly columns: number;
  /** What the terminal can show; `none` for TERM=dumb. */
  readonly colors: 'none' | '16';
  /** The line at its bottom, where one is kept already: then the channels step before it. */
  readonly status?: StatusLine;
}

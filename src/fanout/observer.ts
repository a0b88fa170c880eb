import type { OutputStream } from './executor.ts';
import type { NodeOutcome } from './outcome.ts';

/** One node's end. */
export interface NodeReport {
  readonly node: string;
  readonly outcome: NodeOutcome;
  /** Wall clock, for records only; durations never come from it. */
  readonly startedAt: Date;
  /** Milliseconds by the monotonic clock, connection included; 0 when never tried. */
  readonly durationMs: number;
  readonly bytes: { readonly stdout: number; readonly stderr: number };
}

/** Sees a fan-out as it happens. Presenters and the journal implement it. */
export interface FanoutObserver {
  /** The node's turn has come; its connection is being made. */
  started?(node: string): void | Promise<void>;
  /** See OutputSink.write: a chunk is only valid during the call, a promise is the brake. */
  output?(node: string, stream: OutputStream, chunk: Buffer): void | Promise<void>;
  /** Exactly once per node, also for nodes that were skipped or cancelled. */
  ended?(report: NodeReport): void | Promise<void>;
}

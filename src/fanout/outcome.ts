/** How far a connection came before it failed. */
export type ConnectPhase =
  | 'config'
  | 'jump'
  | 'dns'
  | 'connect'
  | 'banner'
  | 'key-exchange'
  | 'host-key'
  | 'auth'
  | 'open';

/**
 * Why a command never started. A field, never a parsed message:
 * `--json`, `--retry-failed` and the automatic retry decide by it.
 */
export type NotStartedReason =
  | 'config'
  | 'dns-no-such-name'
  | 'dns-no-answer'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'closed'
  | 'not-ssh'
  | 'server-busy'
  | 'no-common-algorithm'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'auth-failed'
  | 'key-unreadable'
  | 'jump-failed'
  | 'channel-refused'
  | 'spawn-failed'
  | 'protocol';

/** What is known of the remote process after a timeout or a cancellation. */
export type RemoteFate = 'ended' | 'still-running' | 'unknown';

/**
 * What became of one command on one node: exactly one of these, always.
 * A node's failure is data; executors never throw for it.
 */
export type NodeOutcome =
  | {
      readonly kind: 'finished';
      /** 0–255; absent when a signal ended the process. */
      readonly code?: number;
      /** Name without SIG: `KILL`. */
      readonly signal?: string;
      /** The connection was lost after the exit status: output may be cut. */
      readonly truncated?: boolean;
    }
  /** The server would not run the command (the connection is alive). */
  | { readonly kind: 'refused'; readonly message: string }
  | {
      readonly kind: 'not-started';
      readonly phase: ConnectPhase;
      readonly reason: NotStartedReason;
      /** One sentence fragment for the user, without the node's name: `connection refused (127.0.0.1:22)`. */
      readonly message: string;
      /** What to do about it. */
      readonly hint?: string;
      /** True when trying again by itself may help; never for authentication or host keys. */
      readonly retryable: boolean;
      /** Printable text the server sent instead of a banner. */
      readonly serverSaid?: string;
    }
  | { readonly kind: 'timed-out'; readonly afterMs: number; readonly remote: RemoteFate }
  /** The connection died after the command was sent: it may have run, it may still run. */
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'cancelled'; readonly remote: RemoteFate }
  /** Never tried, because of an earlier decision: `stopped after node3 failed`. */
  | { readonly kind: 'skipped'; readonly because: string };

export function succeeded(outcome: NodeOutcome): boolean {
  return outcome.kind === 'finished' && outcome.code === 0;
}

import type { NodeOutcome } from '../fanout/outcome.ts';

/** Who holds a lock, as they said themselves; for people to read, not to be trusted. */
export interface LockOwner {
  /** Name of the operator: `alice`. */
  readonly who: string;
  /** Machine they work on. */
  readonly from: string;
  /** What for, as they know it: the command, or the id of a run. */
  readonly work: string;
  /** ISO 8601 in UTC, by the clock of that machine. */
  readonly since: string;
}

/** Locks on all nodes asked for. They are gone when the connection is: nothing is left to clean up after a crash. */
export interface HeldLocks {
  readonly kind: 'held';
  /** Nodes that could not be reached, with `skipUnreachable`. */
  readonly unreached: readonly LockFailed[];
  /**
   * Aborted when one is lost before it was released; the reason is a LockLost. What is in progress should come to its
   * end, nothing new may begin.
   */
  readonly lost: AbortSignal;
  /**
   * Asks every node whether we still hold; resolves with what was lost, or undefined. A machine that slept finds out by
   * this, before it goes on.
   */
  verify(): Promise<LockLost | undefined>;
  /** Lets go; always resolves. */
  release(): Promise<void>;
}

/** Somebody else holds it; nothing is held by us. */
export interface LockedBy {
  readonly kind: 'locked';
  readonly node: string;
  /** Null when the holder's words cannot be read. */
  readonly holder: LockOwner | null;
}

/** A node could not be asked; nothing is held by us. `message`: a sentence fragment without the node's name. */
export interface LockFailed {
  readonly kind: 'failed';
  readonly node: string;
  readonly outcome: NodeOutcome;
  readonly message: string;
}

export class LockLost extends Error {
  override readonly name = 'LockLost';
  readonly node: string;
  /** Somebody took it away on purpose; it should not be taken back. */
  readonly isBroken: boolean;

  constructor(node: string, why: string, isBroken = false) {
    super(`the lock on ${node} was lost: ${why}`);
    this.node = node;
    this.isBroken = isBroken;
  }
}

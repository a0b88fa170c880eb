import type { Executor } from '../fanout/executor.ts';
import { ExitCode, UserError } from '../errors.ts';
import { acquireLocks } from '../locks/acquire-locks.ts';
import type { LockLost } from '../locks/lock.ts';
import { lockedError } from '../locks/locked-error.ts';
import type { HoldSignals } from './hold-signals.ts';
import type { RunSession } from './open-session.ts';

/** One name for all rolling work: two of any kind on one node are one too many. */
const lockName = 'rolling';

/**
 * Locks all nodes of a rolling run until `release`. When a lock is lost the run holds.
 * Nodes that cannot be reached are named and passed over: they count as failures when their turn comes.
 * @throws LockedError when somebody else is at work, UserError when a node cannot be locked
 */
export async function lockNodes(
  session: RunSession,
  executor: Executor,
  nodes: readonly string[],
  title: string,
  signals: HoldSignals,
): Promise<{ release(): Promise<void> }> {
  const { user, host } = session.surroundings;
  const owner = { who: user, from: host, work: title, since: new Date().toISOString() };
  const locks = await acquireLocks(executor, nodes, lockName, owner, signals.detach, {
    skipUnreachable: true,
  });
  if (locks.kind === 'locked') throw lockedError(`${session.foldNames(nodes)} is`, locks);
  if (locks.kind === 'failed') {
    throw new UserError(`${locks.node} cannot be locked: ${locks.message}`, {
      code: 'NOT_LOCKED',
      exitCode: ExitCode.refused,
      hint: 'Nothing was changed.',
    });
  }
  for (const { node, message } of locks.unreached) session.warn(`${node} is not locked: ${message}`);
  locks.lost.addEventListener('abort', () => {
    if (signals.detach.aborted) return;
    session.warn(`${(locks.lost.reason as LockLost).message}; holding`);
    signals.holdNow();
  });
  return locks;
}

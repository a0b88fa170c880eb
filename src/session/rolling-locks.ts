import type { Executor } from '../fanout/executor.ts';
import { ExitCode, UserError } from '../errors.ts';
import { acquireLocks } from '../locks/acquire-locks.ts';
import type { HeldLocks } from '../locks/lock.ts';
import { lockedError } from '../locks/locked-error.ts';
import { waitFor } from '../rolling/wait.ts';
import type { HoldSignals } from './hold-signals.ts';
import type { RunSession } from './open-session.ts';
import { lockInStore } from './store-locks.ts';

/** One name for all rolling work: two of any kind on one node are one too many. */
export const lockName = 'rolling';

/** How long a node whose lock was lost, because it rebooted or the link was cut, may take to give it again. */
const retakeMs = 15 * 60_000;

export interface RollingLocks {
  /**
   * Waits until the node's lock is ours again when it was lost; undefined when it is, else why nothing may be done there.
   */
  ensure(node: string): Promise<string | undefined>;
  release(): Promise<void>;
}

/**
 * Locks all nodes of a rolling run until `release`. A lock that is lost with its connection is taken again; when
 * somebody else was quicker the run holds.
 * Nodes that cannot be reached are named and passed over: they count as failures when their turn comes.
 * @throws LockedError when somebody else is at work, UserError when a node cannot be locked
 */
export async function lockNodes(
  session: RunSession,
  executor: Executor,
  nodes: readonly string[],
  title: string,
  signals: HoldSignals,
): Promise<RollingLocks> {
  const { user, host } = session.surroundings;
  const owner = { who: user, from: host, work: title, since: new Date().toISOString() };
  const retaken = new Map<string, Promise<string | undefined>>();
  const held: HeldLocks[] = [];
  const released = new AbortController();
  const quit = AbortSignal.any([signals.detach, released.signal]);
  const acquire = (some: readonly string[], skipUnreachable: boolean, signal: AbortSignal) =>
    acquireLocks(executor, some, lockName, owner, signal, {
      skipUnreachable,
      onLost: ({ node, message, isBroken }) =>
        retaken.set(node, isBroken ? Promise.resolve(giveUp(message)) : retake(node, message)),
    });

  function giveUp(message: string): string {
    signals.say(`${message}; holding`);
    signals.holdNow(message);
    return message;
  }

  async function retake(node: string, why: string): Promise<string | undefined> {
    const deadline = performance.now() + retakeMs;
    while (!quit.aborted && performance.now() < deadline) {
      const locks = await acquire([node], false, quit);
      if (locks.kind === 'held') {
        held.push(locks);
        return undefined;
      }
      if (locks.kind === 'locked') {
        return giveUp(lockedError(`${why}, and now ${node} is`, locks).message);
      }
      await waitFor(1000, quit);
    }
    return why;
  }

  const store = await lockInStore(session, nodes, title, signals);
  const locks = await acquire(nodes, true, signals.detach).catch(async (error: unknown) => {
    await store.release();
    throw error;
  });
  if (locks.kind !== 'held') await store.release();
  if (locks.kind === 'locked') throw lockedError(`${session.foldNames(nodes)} is`, locks);
  if (locks.kind === 'failed') {
    throw new UserError(`${locks.node} cannot be locked: ${locks.message}`, {
      code: 'NOT_LOCKED',
      exitCode: ExitCode.refused,
      hint: 'Nothing was changed.',
    });
  }
  held.push(locks);
  for (const { node, message } of locks.unreached) session.warn(`${node} is not locked: ${message}`);
  return {
    ensure: async (node) => (await retaken.get(node)) ?? store.ensure(),
    async release() {
      released.abort();
      await Promise.all([store.release(), ...held.map((some) => some.release())]);
    },
  };
}

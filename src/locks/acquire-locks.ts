import { randomBytes } from 'node:crypto';
import type { Executor } from '../fanout/executor.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { type HeldLock, type HeldByOther, holdLock, type HoldOptions } from './hold-lock.ts';
import { type HeldLocks, type LockedBy, type LockFailed, LockLost, type LockOwner } from './lock.ts';
import { checkLockName } from './lock-name.ts';

export interface AcquireOptions {
  /** Between two signs of life to each node; default: 15000. */
  readonly beatMs?: number;
  /** For a node to give, refuse or confirm; default: 30000. */
  readonly answerMs?: number;
  /** How long to ask again while it is held: a holder that was just killed holds it for moments more. Default: 3000. */
  readonly patienceMs?: number;
  /** Goes on without the nodes that no command was started on; the caller says so, and counts on its own checks there. */
  readonly skipUnreachable?: boolean;
  /** Called for each lock that is lost before it was released; `lost` tells the first only. */
  readonly onLost?: (lost: LockLost) => void;
}

/** Nodes asked at the same time, after the first. */
const breadth = 16;

/**
 * Takes the lock `name` on all nodes or on none. In sorted order, and the first alone: of two who want the same nodes,
 * one has all of them and the other knows at once.
 * @param name `[A-Za-z0-9._-]+`, what is locked: a cluster, or a kind of work
 * @param signal lets go of everything when it aborts; `lost` is aborted too then
 */
export async function acquireLocks(
  executor: Executor,
  nodes: readonly string[],
  name: string,
  owner: LockOwner,
  signal: AbortSignal,
  options: AcquireOptions = {},
): Promise<HeldLocks | LockedBy | LockFailed> {
  checkLockName(name);
  const times = { beatMs: options.beatMs ?? 15_000, answerMs: options.answerMs ?? 30_000 };
  const deadline = performance.now() + (options.patienceMs ?? 3000);
  const token = randomBytes(12).toString('hex');
  const held: HeldLock[] = [];
  const unreached: LockFailed[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(held.map((lock) => lock.release()));
  };

  const [first, ...others] = [...new Set(nodes)].sort();
  for (let groups = first === undefined ? [] : [[first]]; groups.length > 0;) {
    const group = groups.shift()!;
    const answers = await Promise.all(
      group.map((node) => holdPatiently(executor, node, name, { ...owner, token }, times, signal, deadline)),
    );
    let refusal: LockedBy | LockFailed | undefined;
    for (const answer of answers) {
      if (answer.kind === 'held') held.push(answer);
      else if (answer.kind === 'failed' && options.skipUnreachable && isUnreached(answer))
        unreached.push(answer);
      // two names of one node: it is ours already
      else if (answer.kind === 'failed' || answer.token !== token) refusal ??= withoutToken(answer);
    }
    if (refusal !== undefined) {
      await release();
      return refusal;
    }
    groups = others.length === 0 ? groups : [others.splice(0, breadth)];
  }

  const lost = new AbortController();
  let isReleased = false;
  for (const { node, ended } of held) {
    void ended.then(({ why, isBroken }) => {
      if (isReleased) return;
      const loss = new LockLost(node, why, isBroken);
      lost.abort(loss);
      options.onLost?.(loss);
    });
  }
  return {
    kind: 'held',
    unreached,
    lost: lost.signal,
    async verify() {
      await Promise.all(
        held.map(async (lock) => {
          const alive = await lock.confirm(times.answerMs);
          if (!alive && !isReleased) lost.abort(new LockLost(lock.node, 'the node does not confirm it'));
        }),
      );
      return lost.signal.reason as LockLost | undefined;
    },
    async release() {
      isReleased = true;
      await release();
    },
  };
}

async function holdPatiently(
  executor: Executor,
  node: string,
  name: string,
  owner: LockOwner & { readonly token: string },
  times: HoldOptions,
  signal: AbortSignal,
  deadline: number,
): Promise<HeldLock | HeldByOther | LockFailed> {
  for (;;) {
    const answer = await holdLock(executor, node, name, owner, times, signal);
    const isOthers = answer.kind === 'locked' && answer.token !== owner.token;
    if (!isOthers || signal.aborted || performance.now() > deadline) return answer;
    await pause(200);
  }
}

function isUnreached({ outcome }: LockFailed): boolean {
  return outcome.kind === 'not-started';
}

function withoutToken(answer: LockFailed | (LockedBy & { readonly token?: unknown })): LockedBy | LockFailed {
  if (answer.kind === 'failed') return answer;
  const { kind, node, holder } = answer;
  return { kind, node, holder };
}

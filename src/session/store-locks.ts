import { LockedError } from '../locks/locked-error.ts';
import { ExitCode } from '../errors.ts';
import { waitFor } from '../rolling/wait.ts';
import { StoreError } from '../store/store-error.ts';
import { acquireStoreLocks, type StoreLocks } from '../store/store-locks.ts';
import type { HoldSignals } from './hold-signals.ts';
import type { RunSession } from './open-session.ts';

/** How long a store that went away, because its own cluster switches over, may take to give its locks again. */
const retakeMs = 60_000;

/** A holder that was just killed may hold for moments more. */
const patienceMs = 3000;

/** See RollingLocks. */
export interface TeamLocks {
  ensure(): Promise<string | undefined>;
  release(): Promise<void>;
}

/**
 * Locks the nodes in the team store too, where there is one: it sees operators whose logins do not share a lock on the nodes.
 * A store that is away at the beginning is told and passed over. One that is lost later is waited for before the next effect;
 * when it stays away, or somebody else was quicker, the run holds.
 * @throws LockedError when somebody else is at work
 */
export async function lockInStore(
  session: RunSession,
  nodes: readonly string[],
  title: string,
  signals: HoldSignals,
): Promise<TeamLocks> {
  const { store: url, surroundings } = session;
  if (url === undefined) return { ensure: async () => undefined, release: async () => {} };
  const name = `muster ${surroundings.user}@${surroundings.host}: ${title}`;
  const names = nodes.map((node) => `muster:rolling:${node}`);
  const released = new AbortController();
  let current: StoreLocks | undefined;
  let retaken: Promise<string | undefined> = Promise.resolve(undefined);

  const acquire = async (): Promise<StoreLocks> => {
    const locks = await acquireStoreLocks({ url, name }, names);
    current = locks;
    if (locks.kind === 'held') {
      locks.lost.addEventListener('abort', () => {
        retaken = retake((locks.lost.reason as StoreError).message);
      });
    }
    return locks;
  };
  const retake = async (why: string): Promise<string | undefined> => {
    const quit = AbortSignal.any([signals.detach, released.signal]);
    const deadline = performance.now() + retakeMs;
    let reason = why;
    while (!quit.aborted && performance.now() < deadline) {
      const locks = await acquire().catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error;
        return undefined;
      });
      if (locks?.kind === 'held') return undefined;
      if (locks?.kind === 'locked') {
        reason = `${lockedInStore(locks).message}, since the connection was lost`;
        break;
      }
      await waitFor(1000, quit);
    }
    if (!quit.aborted) {
      session.warn(`${reason}; holding`);
      signals.holdNow();
    }
    return reason;
  };

  try {
    const deadline = performance.now() + patienceMs;
    let locks = await acquire();
    while (locks.kind === 'locked' && performance.now() < deadline) {
      await waitFor(200);
      locks = await acquire();
    }
    if (locks.kind === 'locked') throw lockedInStore(locks);
    if (locks.kind === 'pooled') {
      session.warn('not locked in the team store: its address leads through a connection pooler');
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    session.warn(`not locked in the team store: ${error.message}`);
  }
  return {
    ensure: () => retaken,
    async release() {
      released.abort();
      if (current?.kind === 'held') await current.release();
    },
  };
}

function lockedInStore({ name, holder }: { name: string; holder: string | null }): LockedError {
  const node = name.slice(name.lastIndexOf(':') + 1);
  return new LockedError(
    `${node} is locked by ${holder ?? 'somebody who left no name'} (seen in the team store)`,
    {
      code: 'LOCKED',
      exitCode: ExitCode.locked,
      hint: 'Ask them; a lock ends with the connection that holds it, so somebody is at work.',
    },
  );
}

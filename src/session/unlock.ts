import { ExitCode } from '../errors.ts';
import { breakLock, lookAtLock, type LockFound } from '../locks/break-lock.ts';
import { holderText } from '../locks/locked-error.ts';
import { makeVisibleLine } from '../output/printable.ts';
import { asRun, type ReachFlags } from './as-run.ts';
import { watchInterrupts } from './interrupts.ts';
import { leaveNow } from './leave.ts';
import { openRunSession } from './open-session.ts';
import { lockName } from './rolling-locks.ts';

/** Nodes asked at the same time. */
const breadth = 16;

/**
 * `muster unlock`: who holds the locks of nodes; with `yes` takes them away. Gives the exit status: 5 when a node could not
 * be asked, 7 when some are locked still.
 */
export async function unlock(
  flags: ReachFlags & { readonly yes: boolean; readonly json: boolean },
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  const nodes = words.length === 0 ? flags.nodes : [...(flags.nodes ?? []), ...words];
  const session = await openRunSession(asRun({ ...flags, nodes }), argv);
  const { stdout } = session.terminal;
  const interrupts = watchInterrupts(leaveNow);
  const executor = await session.executor({ ...session.settings, keepOpen: true });
  const found: LockFound[] = [];
  try {
    const waiting = [...session.chosen.nodes];
    while (waiting.length > 0) {
      const ask = flags.yes ? breakLock : lookAtLock;
      const some = waiting.splice(0, breadth);
      found.push(
        ...(await Promise.all(some.map((node) => ask(executor, node, lockName, interrupts.signal)))),
      );
    }
    if (flags.json) await stdout.write(`${JSON.stringify({ nodes: found })}\n`);
    else for (const one of found) await stdout.write(`${makeVisibleLine(describe(one))}\n`);
    const isLocked = found.some(({ kind }) => kind === 'locked');
    if (isLocked) session.warn('to take the locks away: the same with --yes. What runs on the nodes goes on');
    if (interrupts.exitCode() !== undefined) return interrupts.exitCode()!;
    if (found.some(({ kind }) => kind === 'failed')) return ExitCode.unknownState;
    return isLocked ? ExitCode.locked : ExitCode.ok;
  } finally {
    interrupts.release();
    await executor.close();
    await stdout.flush();
  }
}

function describe(found: LockFound): string {
  switch (found.kind) {
    case 'free':
      return `${found.node}: not locked`;
    case 'locked':
      return `${found.node}: locked ${holderText(found.holder)}`;
    case 'broken':
      return `${found.node}: unlocked, was locked ${holderText(found.holder)}`;
    default:
      return `${found.node}: ${found.message}`;
  }
}

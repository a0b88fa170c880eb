import { ExitCode } from '../errors.ts';
import { eachNode } from '../fanout/each-node.ts';
import { breakLock } from '../locks/break-lock.ts';
import { makeVisibleLine } from '../output/printable.ts';
import type { ReachFlags } from './as-run.ts';
import { confirmChange, withClusters } from './cluster-session.ts';
import { lockName } from './rolling-locks.ts';

/** `muster upgrade unlock NODES`: takes the lock away from whoever holds it. Gives the exit status. */
export function unlockUpgrade(
  flags: ReachFlags & { readonly yes: boolean },
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  return withClusters(flags, words, argv, async ({ session, executor, interrupts }) => {
    const { nodes } = session.chosen;
    await confirmChange(
      session,
      `Take the lock on ${session.foldNames(nodes)} away from whoever holds it? They are at work.`,
      flags.yes,
    );
    const results = await eachNode(nodes, session.settings.fanout, (node) =>
      breakLock(executor, node, lockName, interrupts.signal),
    );
    const lines = results.map((result) => {
      if (result.kind === 'free') return `${result.node}: was not locked`;
      if (result.kind === 'failed') return `${result.node}: ${result.message}`;
      const { holder } = result;
      return `${result.node}: taken from ${holder === null ? 'somebody without a name' : `${holder.who} on ${holder.from} (${holder.work})`}`;
    });
    await session.terminal.stdout.write(`${lines.map(makeVisibleLine).join('\n')}\n`);
    return results.some(({ kind }) => kind === 'failed') ? ExitCode.nodesFailed : ExitCode.ok;
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterStatusFlags } from '../cli/cluster-flags.ts';
import { readSeconds } from '../cli/read-number.ts';
import { readSize } from '../cli/read-size.ts';
import { ExitCode } from '../errors.ts';
import { renderGrid } from '../output/versions-grid.ts';
import type { Clusters } from '../patroni/cluster.ts';
import { isHealthy, statusDocument } from '../patroni/status-document.ts';
import { clusterTable, memberTable } from '../patroni/status-table.ts';
import { type ClusterSession, withClusters } from './cluster-session.ts';
import { addPlainServers } from './plain-servers.ts';

const clearScreen = '\u001b[H\u001b[J';

/** `muster cluster status`. Gives the exit status. */
export async function clusterStatus(
  flags: ClusterStatusFlags,
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  const maxLag = readSize('--max-lag', flags['max-lag']);
  const everyMs = readSeconds('--watch', flags.watch);
  return withClusters(flags, words, argv, async (clusters) => {
    const { signal } = clusters.interrupts;
    for (;;) {
      const found = await addPlainServers(clusters, await clusters.ask());
      // A round that was cut short says nothing.
      if (signal.aborted) return ExitCode.ok;
      await show(clusters, flags, found, maxLag, everyMs !== undefined);
      if (everyMs === undefined) return isHealthy(found, maxLag) ? ExitCode.ok : ExitCode.nodesFailed;
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  });
}

async function show(
  { session }: ClusterSession,
  flags: ClusterStatusFlags,
  found: Clusters,
  maxLag: number,
  again: boolean,
): Promise<void> {
  const { stdout } = session.terminal;
  const now = new Date();
  if (flags.json) {
    await stdout.write(`${JSON.stringify(statusDocument(found, maxLag, now))}\n`);
    return;
  }
  const table = (flags['per-member'] ? memberTable : clusterTable)(found, maxLag, session.foldNames);
  const text = await renderGrid(table, 'table', stdout.isTTY);
  const head = again ? `${stdout.isTTY ? clearScreen : ''}${now.toISOString().slice(0, 19)}Z\n` : '';
  await stdout.write(head + text);
}

import { shellQuote } from '../../fanout/shell-quote.ts';
import type { Jobs } from '../../jobs/job.ts';
import { askReplication } from '../../replication/find-clusters.ts';
import { lookAtServer } from '../../replication/look-at-server.ts';
import type { PlainPlan } from '../upgrade-spec.ts';
import type { ClusterDriver } from './cluster-driver.ts';
import { promoteBy } from './plain-promote.ts';
import { restartUnit } from './plain-restart.ts';

/** Streaming replication and single servers without Patroni: SQL, systemd, and somebody's command for a promotion. */
export function plainDriver(
  { servers }: PlainPlan,
  { jobs, promoteCommand }: { readonly jobs: Jobs; readonly promoteCommand: string | undefined },
): ClusterDriver {
  const switchOver: ClusterDriver['switchOver'] = (order, tools, context) =>
    promoteBy(order, tools, { command: promoteCommand ?? 'exit 1', jobs, context });
  return {
    name: 'systemd',
    ask: askReplication,
    look: lookAtServer,
    restart: (order, tools, context) =>
      restartUnit(order, servers[order.node]!.unit, tools, { jobs, context }),
    restartsById: true,
    switchOver,
    // The same try of the command again: the job is found by its id, and is not run twice.
    findSwitchover: switchOver,
    logScript(node) {
      const { unit, log } = servers[node]!;
      return log === null
        ? `journalctl -q -n 30 -o short-iso -u ${shellQuote(unit)} 2>/dev/null`
        : `tail -n 30 ${shellQuote(log)}`;
    },
    // Whoever mends it decides when it runs again: muster starts nothing that a person may be looking at.
    startHint: (node) => `systemctl start ${servers[node]!.unit}`,
    logHint(node) {
      const { unit, log } = servers[node]!;
      return log === null ? `journalctl -u ${unit}` : `journalctl -u ${unit}, and ${log}`;
    },
  };
}

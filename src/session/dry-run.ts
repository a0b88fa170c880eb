import { planBatches } from '../run/batches.ts';
import type { RunFlags } from '../cli/run-flags.ts';
import { ExitCode } from '../errors.ts';
import type { ConnectionSettings } from '../ssh/settings.ts';
import type { RunSession } from './open-session.ts';

/** One node of a plan, as it would be reached. */
interface PlannedNode {
  readonly node: string;
  /** From 1. */
  readonly batch: number;
  readonly login: string;
  readonly via: readonly string[];
  readonly keys: readonly string[];
}

/** Shows what a run would do, and contacts nobody: order, batches, connection settings. */
export async function showDryRun(session: RunSession, flags: RunFlags, typed: string): Promise<number> {
  const { escalation } = session.settings;
  const command = escalation === undefined ? typed : `${escalation.text} ${typed}`;
  const executor = await session.executor();
  const plan: PlannedNode[] = [];
  try {
    for (const [index, batch] of planBatches(session.chosen.nodes, session.settings.batch).entries()) {
      for (const node of batch) {
        plan.push({ node, batch: index + 1, ...connection(await executor.describe?.(node)) });
      }
    }
  } finally {
    await executor.close();
  }
  const { terminal } = session;
  if (flags.json || flags['json-lines']) {
    const { fanout, stopOnFailure } = session.settings;
    await terminal.stdout.write(`${JSON.stringify({ command, fanout, stopOnFailure, plan })}\n`);
  } else {
    const { renderTable } = await import('../output/table.ts');
    await terminal.stdout.write(`${summary(session, command, plan)}\n\n`);
    await terminal.stdout.write(
      await renderTable(
        ['#', 'batch', 'node', 'login', 'via', 'keys'],
        plan.map(({ node, batch, login, via, keys }, index) => [
          String(index + 1),
          String(batch),
          node,
          login,
          via.join(' → ') || '-',
          keys.join(', ') || '-',
        ]),
        terminal.stdout.isTTY,
      ),
    );
  }
  await terminal.stdout.flush();
  return ExitCode.ok;
}

/** How a node is reached; without settings the command runs on this machine. */
function connection(settings: ConnectionSettings | undefined): Omit<PlannedNode, 'node' | 'batch'> {
  if (settings === undefined) return { login: 'this machine', via: [], keys: [] };
  const { user, hostName, port, jumps, proxyCommand, identityFiles, identityAgent } = settings;
  return {
    login: `${user}@${hostName.includes(':') ? `[${hostName}]` : hostName}:${port}`,
    via: proxyCommand === undefined ? jumps : [`ProxyCommand ${proxyCommand}`],
    keys: [
      ...(identityAgent === undefined ? [] : ['agent']),
      ...identityFiles.filter(({ explicit }) => explicit).map(({ path }) => path),
    ],
  };
}

function summary(
  { settings, chosen, foldNames }: RunSession,
  command: string,
  plan: readonly PlannedNode[],
): string {
  const count = chosen.nodes.length;
  const batches = plan.at(-1)?.batch ?? 0;
  const how = [
    settings.fanout === 1 ? 'one after the other' : `at most ${Math.min(settings.fanout, count)} at once`,
    ...(batches > 1 ? [`in ${batches} batches`] : []),
    ...(settings.stopOnFailure || batches > 1 ? ['the first failure stops the run'] : []),
  ];
  return `Nothing was run and nobody was contacted. ${JSON.stringify(command)} would run on ${foldNames(chosen.nodes)} (${count}), ${how.join(', ')}:`;
}

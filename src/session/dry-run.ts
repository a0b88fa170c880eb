import { planBatches } from '../run/batches.ts';
import type { RunFlags } from '../cli/run-flags.ts';
import { ExitCode } from '../errors.ts';
import { type DescribedConnection, describeConnection } from './describe-connection.ts';
import type { RunExecutor, RunSession } from './open-session.ts';

/** One node of a plan, as it would be reached. */
interface PlannedNode extends DescribedConnection {
  readonly node: string;
  /** From 1. */
  readonly batch: number;
  /** `none`: no transport can do what the configuration asks for. */
  readonly transport: 'ssh2' | 'openssh' | 'none' | undefined;
  readonly because: readonly string[];
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
        const how = describeConnection(await executor.describe?.(node));
        plan.push({ node, batch: index + 1, ...how, ...(await transport(executor, node)) });
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
    await terminal.stdout.write(transportNotes(plan, session.foldNames));
  }
  await terminal.stdout.flush();
  return ExitCode.ok;
}

async function transport(
  executor: RunExecutor,
  node: string,
): Promise<Pick<PlannedNode, 'transport' | 'because'>> {
  try {
    const choice = await executor.transportOf?.(node);
    return { transport: choice?.transport, because: choice?.because ?? [] };
  } catch (error) {
    return { transport: 'none', because: [error instanceof Error ? error.message : String(error)] };
  }
}

/** A line for the nodes that are not reached by the built-in client, with the reason; nothing for the usual case. */
function transportNotes(plan: readonly PlannedNode[], foldNames: RunSession['foldNames']): string {
  const byReason = new Map<string, string[]>();
  for (const { node, transport, because } of plan) {
    if (transport !== 'openssh' && transport !== 'none') continue;
    const how = transport === 'none' ? 'cannot be reached' : "by the system's ssh";
    const reason = `${how}: ${because.join(', ')}`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), node]);
  }
  if (byReason.size === 0) return '';
  const lines = [...byReason].map(([reason, nodes]) => `${foldNames(nodes)} ${reason}\n`);
  return `\n${lines.join('')}`;
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

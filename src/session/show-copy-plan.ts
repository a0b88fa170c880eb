import type { RunFlags } from '../cli/run-flags.ts';
import type { CopyPlan } from '../copy/plan-copy.ts';
import { ExitCode } from '../errors.ts';
import { byteText } from '../output/byte-text.ts';
import { makeVisibleLine } from '../output/printable.ts';
import type { RunSession } from './open-session.ts';

/** Shows what a copy would do, and contacts nobody. */
export async function showCopyPlan(session: RunSession, flags: RunFlags, plan: CopyPlan): Promise<number> {
  const { terminal, chosen } = session;
  const { direction, steps, size } = plan;
  const rows = chosen.nodes.flatMap((node) =>
    steps.map(({ source }, index) => ({ node, source, target: plan.targetOf(index, node) })),
  );
  if (flags.json || flags['json-lines']) {
    await terminal.stdout.write(
      `${JSON.stringify({ direction, ...(size === undefined ? {} : { perNode: size }), plan: rows })}\n`,
    );
  } else {
    const { renderTable } = await import('../output/table.ts');
    const what =
      size === undefined
        ? ''
        : `: ${size.files} ${size.files === 1 ? 'file' : 'files'}, ${byteText(size.bytes)} to each node`;
    const way = direction === 'to-nodes' ? 'to' : 'from';
    await terminal.stdout.write(
      `Nothing was copied and nobody was contacted. Copies ${way} ${session.foldNames(chosen.nodes)} (${chosen.nodes.length})${what}:\n\n`,
    );
    await terminal.stdout.write(
      await renderTable(
        [
          'node',
          direction === 'to-nodes' ? 'file here' : 'file there',
          direction === 'to-nodes' ? 'to' : 'as',
        ],
        rows.map(({ node, source, target }) => [node, makeVisibleLine(source), makeVisibleLine(target)]),
        terminal.stdout.isTTY,
      ),
    );
  }
  await terminal.stdout.flush();
  return ExitCode.ok;
}

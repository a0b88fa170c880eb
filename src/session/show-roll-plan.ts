import { makeVisibleLine } from '../output/printable.ts';
import type { RollSpec, WorkflowGateText } from '../workflow/roll-spec.ts';
import type { RunSession } from './open-session.ts';

/** Prints what a rolling run would do, and contacts nobody. */
export async function showRollPlan(
  session: RunSession,
  spec: RollSpec,
  hash: string,
  json: boolean | undefined,
): Promise<void> {
  const { terminal } = session;
  const text =
    json === true
      ? `${JSON.stringify({ hash, ...spec })}\n`
      : `${planLines(session, spec, hash).map(makeVisibleLine).join('\n')}\n`;
  await terminal.stdout.write(text);
  await terminal.stdout.flush();
}

function planLines({ foldNames }: RunSession, spec: RollSpec, hash: string): string[] {
  const { options, gates, workflow } = spec;
  const nodes = spec.batches.flat().flatMap((lane) => lane.nodes);
  const lines = [`plan ${hash}: ${workflow.name} on ${foldNames(nodes)} (${nodes.length} nodes)`];
  for (const [index, lanes] of spec.batches.entries()) {
    const name = spec.batches.length > 1 ? `batch ${index + 1}` : 'order';
    const parts = lanes.map((lane) =>
      lane.nodes.length === 1 && lane.nodes[0] === lane.name
        ? lane.name
        : `${lane.name}: ${lane.nodes.join(' → ')}`,
    );
    const joined = options.parallel === 1 ? parts.join(' → ') : parts.join(' ∥ ');
    lines.push(`  ${name}: ${joined}`);
  }
  lines.push(
    `  ${options.parallel === 1 ? 'one after the other' : `at most ${Math.min(options.parallel, Math.max(...spec.batches.map((lanes) => lanes.length)))} side by side`}; ${options.maxFailures === 0 ? 'the first failure stops the run' : `more than ${options.maxFailures} failures stop the run`}`,
  );
  for (const gate of gates.before) lines.push(`  before each node: ${gateWords(gate)}`);
  for (const step of workflow.steps) {
    lines.push(
      `  ${step.id}${step.on === 'each' ? '' : ` (${step.on})`}: ${step.title ?? step.run.trim().split('\n')[0]}`,
    );
    if (step.check !== undefined) lines.push(`      nothing to do when: ${step.check.trim().split('\n')[0]}`);
    if (step.until !== undefined)
      lines.push(
        `      then wait for: ${gateWords(typeof step.until === 'string' ? { command: step.until } : step.until)}`,
      );
    if (step.undo !== undefined) lines.push(`      undo: ${step.undo.trim().split('\n')[0]}`);
  }
  for (const gate of gates.after) lines.push(`  after each node: ${gateWords(gate)}`);
  if (spec.window !== undefined) lines.push(`  only in the window ${spec.window}`);
  return lines;
}

function gateWords(gate: WorkflowGateText): string {
  return 'http' in gate ? gate.http : 'ready' in gate ? gate.ready : gate.command.trim().split('\n')[0]!;
}

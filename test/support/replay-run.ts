import type { NodeReport } from '../../src/fanout/observer.ts';
import type { NodeOutcome } from '../../src/fanout/outcome.ts';
import { createRunPresenter } from '../../src/output/create-run-presenter.ts';
import type { PresenterOptions, RunPresenter } from '../../src/output/run-presenter.ts';
import { captureTerminal, type CapturedTerminal, type CaptureOptions } from './capture-terminal.ts';

/** What one node sends, and its end. A plain string goes to stdout; `null` ends the node. */
export type ReplayStep = readonly [node: string, what: string | Buffer | { stderr: string } | NodeOutcome];

export const exit = (code: number): NodeOutcome => ({ kind: 'finished', code });

export const defaultOptions: PresenterOptions = {
  gather: false,
  mergeStderr: false,
  lineMode: false,
  label: true,
  diff: false,
  quiet: false,
  verbose: false,
  progress: 'auto',
  maxRc: false,
  nodeCount: true,
  color: 'auto',
  raw: false,
  programName: 'muster',
};

/** Plays the steps through a presenter as a fan-out would: every chunk's bytes are wiped after the call. */
export async function replay(
  steps: readonly ReplayStep[],
  options: Partial<PresenterOptions> = {},
  capture: CaptureOptions = {},
): Promise<CapturedTerminal> {
  const terminal = captureTerminal(capture);
  const presenter = createRunPresenter({ ...defaultOptions, ...options }, terminal);
  await play(presenter, steps);
  return terminal;
}

/** Plays the steps; nodes without an end exit with 0. */
export async function play(presenter: RunPresenter, steps: readonly ReplayStep[]): Promise<void> {
  const nodes = [...new Set(steps.map(([node]) => node))];
  const bytes = new Map(nodes.map((node) => [node, { stdout: 0, stderr: 0 }]));
  await presenter.begin(nodes);
  for (const node of nodes) {
    await presenter.started?.(node);
  }
  const running = new Set(nodes);
  const end = async (node: string, outcome: NodeOutcome): Promise<void> => {
    running.delete(node);
    const report: NodeReport = {
      node,
      outcome,
      startedAt: new Date(0),
      durationMs: 12,
      bytes: bytes.get(node)!,
    };
    await presenter.ended?.(report);
  };
  for (const [node, what] of steps) {
    if (typeof what === 'object' && 'kind' in what) {
      await end(node, what);
      continue;
    }
    const stream = typeof what === 'object' && 'stderr' in what ? 'stderr' : 'stdout';
    const chunk = Buffer.from(stream === 'stderr' ? (what as { stderr: string }).stderr : (what as string));
    bytes.get(node)![stream] += chunk.length;
    const waiting = presenter.output?.(node, stream, chunk);
    chunk.fill('!');
    await waiting;
  }
  for (const node of running) {
    await end(node, exit(0));
  }
  await presenter.end();
}

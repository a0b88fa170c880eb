import type { CopyExecutor } from '../copy/copy-executor.ts';
import type { CopyPlan } from '../copy/plan-copy.ts';
import type { NodeReport } from '../fanout/observer.ts';
import type { PresenterPart } from './run-presenter.ts';
import type { Screen } from './screen.ts';

/** One object a node, the same in both forms (docs/schemas/copy.json). */
function nodeObject({ node, outcome, startedAt, durationMs }: NodeReport, executor: CopyExecutor): object {
  const { files, folders, bytes, failures } = executor.result(node) ?? {
    files: 0,
    folders: 0,
    bytes: 0,
    failures: [],
  };
  return { node, outcome, startedAt, durationMs: Math.round(durationMs), files, folders, bytes, failures };
}

/** --json: one document at the end. */
export function createCopyDocument(screen: Screen, plan: CopyPlan, executor: CopyExecutor): PresenterPart {
  const reports = new Map<string, NodeReport>();
  let order: readonly string[] = [];
  return {
    begin(nodes) {
      order = nodes;
    },
    ended(report) {
      reports.set(report.node, report);
    },
    async end() {
      const { direction, steps } = plan;
      const nodes = order.flatMap((node) => reports.get(node) ?? []);
      const objects = nodes.map((report) => `\n${JSON.stringify(nodeObject(report, executor))}`).join(',');
      const head = JSON.stringify({ version: 1, direction, steps }).slice(0, -1);
      await screen.stdout.write(`${head},"nodes":[${objects}\n]}\n`);
    },
  };
}

/** --json-lines: `begin`, `started`, `ended`, `interrupted`, `end`. */
export function createCopyLines(screen: Screen, plan: CopyPlan, executor: CopyExecutor): PresenterPart {
  const tell = (event: object): void | Promise<void> => screen.stdout.write(`${JSON.stringify(event)}\n`);
  return {
    begin: (nodes) =>
      tell({ event: 'begin', version: 1, direction: plan.direction, steps: plan.steps, nodes }),
    started: (node) => tell({ event: 'started', node }),
    ended: (report) => tell({ event: 'ended', ...nodeObject(report, executor) }),
    interrupted: () => void tell({ event: 'interrupted' }),
    end: async () => {
      await tell({ event: 'end' });
    },
  };
}

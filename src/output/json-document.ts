import { createGather } from '../fanout/gather.ts';
import type { NodeReport } from '../fanout/observer.ts';
import { orderBlocks } from './gathered-blocks.ts';
import { jsonOfText } from './json-bytes.ts';
import type { Naming } from './naming.ts';
import type { PresenterPart } from './run-presenter.ts';
import type { Screen } from './screen.ts';

export interface JsonDocumentOptions {
  readonly naming: Naming;
  readonly memoryBudget: number | undefined;
  readonly spillFolder: string | undefined;
}

/**
 * --json: one document at the end (docs/schemas/run.json): every node with its outcome and exact output, and the groups of
 * nodes with the same stdout and outcome. Equal outputs are held once, and written node by node.
 */
export function createJsonDocument(screen: Screen, options: JsonDocumentOptions): PresenterPart {
  const gatherOptions = {
    text: 'exact' as const,
    ...(options.memoryBudget === undefined ? {} : { memoryBudget: options.memoryBudget }),
    ...(options.spillFolder === undefined ? {} : { spillFolder: options.spillFolder }),
  };
  const gathers = { stdout: createGather(gatherOptions), stderr: createGather(gatherOptions) };
  const reports = new Map<string, NodeReport>();
  const order: string[] = [];

  const writeNode = async (report: NodeReport): Promise<void> => {
    const { node, outcome, durationMs, startedAt } = report;
    const head = { node, outcome, startedAt, durationMs: Math.round(durationMs) };
    await screen.stdout.write(JSON.stringify(head).slice(0, -1));
    for (const stream of ['stdout', 'stderr'] as const) {
      const text = gathers[stream].text(node)!;
      await screen.stdout.write(`,"${stream}":`);
      for (const piece of jsonOfText(text)) {
        await screen.stdout.write(piece);
      }
      if (text.cut !== undefined) {
        await screen.stdout.write(`,"${stream}Cut":${JSON.stringify(text.cut)}`);
      }
    }
    await screen.stdout.write('}');
  };

  return {
    begin(nodes) {
      order.push(...nodes);
    },
    output(node, stream, chunk) {
      gathers[stream].feed(node, chunk);
    },
    ended(report) {
      const none = Buffer.alloc(0);
      gathers.stdout.feed(report.node, none);
      gathers.stderr.feed(report.node, none);
      reports.set(report.node, report);
    },
    async end() {
      await screen.stdout.write('{"version":1,"nodes":[');
      let separator = '\n';
      for (const node of order) {
        const report = reports.get(node);
        if (report !== undefined) {
          await screen.stdout.write(separator);
          await writeNode(report);
          separator = ',\n';
        }
      }
      await screen.stdout.write('\n],"groups":[');
      const outcomes = new Map([...reports].map(([node, { outcome }]) => [node, outcome]));
      separator = '\n';
      for (const { nodes, text } of orderBlocks(gathers.stdout.groups(), outcomes, options.naming.rank)) {
        const group = { set: await options.naming.fold(nodes), nodes, stdoutBytes: text.bytes };
        await screen.stdout.write(`${separator}${JSON.stringify(group)}`);
        separator = ',\n';
      }
      await screen.stdout.write('\n]}\n');
      gathers.stdout.close();
      gathers.stderr.close();
    },
  };
}

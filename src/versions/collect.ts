import { randomBytes } from 'node:crypto';
import type { Executor } from '../fanout/executor.ts';
import { runFanout } from '../fanout/fanout.ts';
import type { NodeReport } from '../fanout/observer.ts';
import type { NodeAnswer } from './audit-types.ts';
import { collectorScript } from './collector-script.ts';
import type { Probe } from './probe.ts';
import { readNodeFacts } from './read-node-facts.ts';
import type { NoteQuery } from './release-data.ts';
import { readSections } from './sections.ts';
import { dsnExecutor } from './dsn-executor.ts';
import { askBySql, type AskBySqlOptions, type SqlWay } from './sql-executor.ts';

export interface CollectOptions {
  readonly executor: Executor;
  readonly fanout: number;
  /** Milliseconds a node; 0: none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly notes: readonly NoteQuery[];
  readonly probes: readonly Probe[];
  readonly sql: SqlWay;
  /** Opens a server's socket; absent: no way but psql. */
  readonly openSocket?: AskBySqlOptions['open'];
  /** Ask the servers directly, and the nodes nothing; see dsn-executor.ts. */
  readonly dsn?: string;
  /** Why a node has no answer, in words. */
  readonly describe: (report: NodeReport) => string;
  /** Called when a node is done. */
  readonly onAnswer?: (answer: NodeAnswer) => void;
}

/** More than a fleet's largest node says: an answer beyond it is cut, and the node's facts say so. */
const answerLimit = 8 * 1024 * 1024;

/** Asks all nodes in one fan-out; one answer a node, in the order given. */
export async function collectFacts(nodes: readonly string[], options: CollectOptions): Promise<NodeAnswer[]> {
  const { fanout, timeoutMs, signal, notes, probes } = options;
  const nonce = randomBytes(9).toString('hex');
  const script = Buffer.from(collectorScript({ nonce, notes, probes, psql: options.sql !== 'pg' }));
  const executor = executorFor(options, nonce);
  const texts = new Map<string, Buffer[]>();
  const answers = new Map<string, NodeAnswer>();
  const sizes = new Map<string, number>();

  const read = (report: NodeReport): NodeAnswer => {
    const { node } = report;
    const sections = readSections(Buffer.concat(texts.get(node) ?? []).toString(), nonce);
    texts.delete(node);
    // A script that came to its end has answered, whatever became of the connection afterwards.
    if (sections.all.length === 0 || (!sections.complete && report.outcome.kind !== 'finished')) {
      return { node, facts: null, failure: options.describe(report) };
    }
    return { node, facts: readNodeFacts(sections, probes), failure: null };
  };

  await runFanout(
    nodes,
    {
      // The login shell may be any; the script itself comes by standard input.
      command: 'sh -s',
      timeoutMs,
      stdin: async function* () {
        yield script;
      },
    },
    executor,
    {
      fanout,
      signal,
      observer: {
        output(node, stream, chunk) {
          const size = (sizes.get(node) ?? 0) + chunk.length;
          if (stream !== 'stdout' || size > answerLimit) return;
          sizes.set(node, size);
          const chunks = texts.get(node);
          if (chunks === undefined) texts.set(node, [Buffer.from(chunk)]);
          else chunks.push(Buffer.from(chunk));
        },
        ended(report) {
          const answer = read(report);
          answers.set(answer.node, answer);
          options.onAnswer?.(answer);
        },
      },
    },
  );
  return nodes.map((node) => answers.get(node)!);
}

function executorFor({ executor, sql, openSocket, dsn, notes }: CollectOptions, nonce: string): Executor {
  if (dsn !== undefined) return dsnExecutor(dsn, nonce, notes);
  if (sql === 'psql' || openSocket === undefined) return executor;
  return askBySql(executor, { nonce, notes, open: openSocket });
}

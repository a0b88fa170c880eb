import { ExitCode } from '../errors.ts';
import { makeVisibleLine } from '../output/printable.ts';
import type { RunSession } from './open-session.ts';
import { startRecord } from './record.ts';

/** Something done to a cluster, shown and recorded like a run on the nodes it is done to. */
export interface ClusterChange {
  /** For the journal: `switchover of pg69 from node1 to node2`. */
  readonly title: string;
  readonly nodes: readonly string[];
  readonly json: boolean;
  /** @param note says what it waits for */
  run(note: (text: string) => void): Promise<ChangeEnd>;
}

export interface ChangeEnd {
  readonly status: number;
  readonly text: string;
  /** For --json; no secrets. */
  readonly details: object;
}

/** Carries a change out: progress on stderr, the result on stdout, both in the journal. Gives the exit status. */
export async function changeCluster(session: RunSession, change: ClusterChange): Promise<number> {
  const { terminal } = session;
  const record = await startRecord(session, change.title, change.nodes);
  const startedAt = new Date();
  const begun = performance.now();
  for (const node of change.nodes) await record?.started(node);
  let said = '';
  const end = await change.run((text) => {
    if (text === said) return;
    said = text;
    const seconds = ((performance.now() - begun) / 1000).toFixed(0).padStart(4);
    void terminal.stderr.write(`${seconds} s  ${makeVisibleLine(text)}\n`);
  });
  const durationMs = performance.now() - begun;
  for (const node of change.nodes) {
    const outcome =
      end.status === ExitCode.unknownState
        ? ({ kind: 'unknown', message: end.text.split('\n')[0]! } as const)
        : ({ kind: 'finished', code: end.status } as const);
    await record?.ended({ node, outcome, startedAt, durationMs, bytes: { stdout: 0, stderr: 0 } });
  }
  await record?.finish({ exitCode: end.status });
  const text = end.text.split('\n').map(makeVisibleLine).join('\n');
  const document = { version: 1, exitCode: end.status, message: end.text, ...end.details };
  await terminal.stdout.write(change.json ? `${JSON.stringify(document)}\n` : `${text}\n`);
  return end.status;
}

import type { Gather } from '../fanout/gather.ts';
import { createOutputFiles } from '../output/output-files.ts';
import type { Screen } from '../output/screen.ts';

/** --outdir: each node's text in a file named after it. */
export async function writeNodeFiles(
  screen: Screen,
  gather: Gather,
  nodes: readonly string[],
  folder: string,
): Promise<void> {
  const files = createOutputFiles(screen, { folder, stream: 'stdout', programName: 'muster' });
  await files.begin?.(nodes);
  for (const node of nodes) {
    for (const piece of gather.text(node)!.read()) await files.output?.(node, 'stdout', piece);
    await files.ended?.({
      node,
      outcome: { kind: 'finished', code: 0 },
      durationMs: 0,
      startedAt: new Date(0),
      bytes: { stdout: 0, stderr: 0 },
    });
  }
}

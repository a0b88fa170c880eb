import type { OutputStream } from '../fanout/executor.ts';
import type { OutputNormalizer } from '../nodetools/normalize-bytes.ts';
import type { PresenterPart } from './run-presenter.ts';

/** The part, seeing normalised output; each stream of a node has lines of its own. */
export function normalized(part: PresenterPart, create: (() => OutputNormalizer) | undefined): PresenterPart {
  if (create === undefined) return part;
  const streams: Record<OutputStream, OutputNormalizer> = { stdout: create(), stderr: create() };
  const pass = (node: string, stream: OutputStream, lines: Buffer): void | Promise<void> =>
    lines.length === 0 ? undefined : part.output?.(node, stream, lines);
  return {
    ...part,
    output: (node, stream, chunk) => pass(node, stream, streams[stream].feed(node, chunk)),
    async ended(report) {
      for (const stream of ['stdout', 'stderr'] as const) {
        await pass(report.node, stream, streams[stream].end(report.node));
      }
      await part.ended?.(report);
    },
  };
}

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OutputLimits } from '../../../src/journal/output-record.ts';
import { createRedactor } from '../../../src/journal/redact.ts';
import { aHeader, report } from './run-fixtures.ts';
import type { TestJournal } from './test-journal.ts';
import { openTestJournal } from './test-journal.ts';

type Chunk = readonly [node: string, stream: 'stdout' | 'stderr', text: string];

async function recordChunks(
  chunks: readonly Chunk[],
  limits: OutputLimits = {},
): Promise<TestJournal & { outputFile: string }> {
  const opened = openTestJournal({ redactor: createRedactor(['hunter2']) });
  const recorder = await opened.journal.startRun(aHeader(), { recordOutput: limits });
  for (const [node, stream, text] of chunks) {
    const chunk = Buffer.from(text);
    recorder.output?.(node, stream, chunk);
    // The executor uses its buffer again.
    chunk.fill('#');
  }
  for (const node of ['node2', 'node1', 'node3']) await recorder.ended(report(node));
  await recorder.finish({ exitCode: 0 });
  return { ...opened, outputFile: opened.runFile(recorder.id).replace(/jsonl$/, 'output') };
}

const text = ({ nodes }: Awaited<ReturnType<TestJournal['journal']['output']>>): unknown[] =>
  nodes.map(({ node, stdout, stderr, droppedBytes }) => [node, String(stdout), String(stderr), droppedBytes]);

describe('recorded output', () => {
  it('is gathered by node, in the order nodes ended, streams apart', async () => {
    const { journal } = await recordChunks([
      ['node1', 'stdout', 'a\n'],
      ['node2', 'stdout', 'B'],
      ['node1', 'stderr', 'oops\n'],
      ['node2', 'stdout', 'B\n'],
      ['node1', 'stdout', 'b'],
    ]);
    expect(text(await journal.output('last'))).toEqual([
      ['node2', 'BB\n', '', 0],
      ['node1', 'a\nb', 'oops\n', 0],
    ]);
  });

  it('is bounded for a node and for the run, and says how much it left out', async () => {
    const { journal } = await recordChunks(
      [
        ['node1', 'stdout', '0123456789'],
        ['node1', 'stderr', 'x'],
        ['node2', 'stdout', '0123'],
        ['node2', 'stdout', '4567'],
        ['node3', 'stdout', 'none left'],
      ],
      { perNode: 8, perRun: 14 },
    );
    expect(text(await journal.output('last'))).toEqual([
      ['node2', '012345', '', 2],
      ['node1', '01234567', '', 3],
      ['node3', '', '', 9],
    ]);
  });

  it('holds no registered secret: not split over chunks, not cut at the limit', async () => {
    const { journal, outputFile } = await recordChunks(
      [
        ['node1', 'stdout', 'it is hun'],
        ['node1', 'stdout', 'ter2!\n'],
        ['node2', 'stdout', 'and so is hunter2'],
      ],
      { perNode: 15 },
    );
    expect(text(await journal.output('last'))).toEqual([
      ['node2', 'and so is ', '', 2],
      ['node1', 'it is ***!\n', '', 0],
    ]);
    expect(readFileSync(outputFile, 'latin1')).not.toContain('hunt');
  });

  it('is read up to the place where the file was cut off', async () => {
    const { journal, outputFile } = await recordChunks([
      ['node1', 'stdout', 'one\n'],
      ['node2', 'stdout', 'two\n'],
    ]);
    const whole = readFileSync(outputFile);
    const firstSection = whole.indexOf('two\n') + 5;
    for (let size = whole.length - 1; size > 0; size -= 1) {
      truncateSync(outputFile, size);
      const output = await journal.output('last');
      expect(text(output)).toEqual(size < firstSection ? [] : [['node2', 'two\n', '', 0]]);
      expect(output.problem?.startsWith('the last output is cut off') ?? false).toBe(size !== firstSection);
    }
  });

  it('is refused where it was changed', async () => {
    const { journal, outputFile } = await recordChunks([['node1', 'stdout', 'one\n']]);
    writeFileSync(outputFile, readFileSync(outputFile, 'latin1').replace('one', 'two'));
    await expect(journal.output('last')).rejects.toMatchObject({
      message: `recorded output cannot be read: ${outputFile}, byte 0: output of node1 is not what was written`,
      code: 'JOURNAL_DAMAGED',
    });
  });

  it('is said not to be there when it was not asked for, and then nothing is collected', async () => {
    const { journal } = openTestJournal();
    const recorder = await journal.startRun(aHeader());
    expect('output' in recorder).toBe(false);
    await recorder.finish({ exitCode: 0 });
    await expect(journal.output('last')).rejects.toMatchObject({
      message: `output of run ${recorder.id} was not recorded`,
      hint: 'Run with --record-output to keep it.',
    });
  });
});

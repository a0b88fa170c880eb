import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeLine } from '../../../src/journal/line-format.ts';
import type { TestJournal } from './test-journal.ts';
import { aHeader, report } from './run-fixtures.ts';
import { openTestJournal } from './test-journal.ts';

/** A finished run of two nodes, six lines, and what `change` makes of its lines (each with its newline). */
async function aChangedRun(
  change: (lines: string[]) => string[],
): Promise<TestJournal & { id: string; path: string }> {
  const opened = openTestJournal();
  const recorder = await opened.journal.startRun(aHeader({ nodes: ['node1', 'node2'] }));
  for (const node of ['node1', 'node2']) {
    await recorder.started(node);
    await recorder.ended(report(node));
  }
  await recorder.finish({ exitCode: 0 });
  const path = opened.runFile(recorder.id);
  const lines = readFileSync(path, 'utf8').split(/(?<=\n)/);
  expect(lines.length).toBe(6);
  writeFileSync(path, change(lines).join(''));
  return { ...opened, id: recorder.id, path };
}

const renumbered = (line: string, change: (record: Record<string, unknown>) => object): string =>
  encodeLine(
    JSON.stringify(change(JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>)),
  ).toString();

describe('a run file with a torn tail', () => {
  it('is shown up to the tear, which is named', async () => {
    const { journal } = await aChangedRun((lines) => [...lines.slice(0, 4), lines[4]!.slice(0, 30)]);
    const run = await journal.show('last');
    expect(run.nodes.map(({ node, state }) => [node, state])).toEqual([
      ['node1', 'succeeded'],
      ['node2', 'in-doubt'],
    ]);
    // This very process wrote it and is alive, so the run counts as running.
    expect(run.state).toBe('running');
    expect(await journal.verify('last')).toMatchObject({
      sound: false,
      records: 4,
      fault: { line: 5, what: 'cut off after 30 bytes', torn: true },
    });
  });

  it('keeps its end record when only zeros follow it', async () => {
    const { journal } = await aChangedRun((lines) => [...lines, '\0'.repeat(512)]);
    expect(await journal.show('last')).toMatchObject({
      state: 'finished',
      problem: 'line 7 is torn: 512 NUL bytes',
    });
    expect((await journal.list())[0]).toMatchObject({
      state: 'finished',
      problem: 'line 7 is torn: 512 NUL bytes',
    });
  });
});

describe('a run file that cannot be trusted', () => {
  const flip = (line: string): string => line.replace('succeeded', 'sucdeeded').replace('node1', 'node7');

  it.each<[string, (lines: string[]) => string[], number, string]>([
    ['a changed byte', (l) => [l[0]!, flip(l[1]!), ...l.slice(2)], 2, 'checksum does not match'],
    [
      'a line cut short',
      (l) => [l[0]!, `${l[1]!.slice(0, -9)}\n`, ...l.slice(2)],
      2,
      '63 bytes instead of 71',
    ],
    ['zeros inside', (l) => [...l.slice(0, 3), '\0\0\0\0\n', ...l.slice(3)], 4, 'NUL bytes'],
    ['a line taken out', (l) => [...l.slice(0, 2), ...l.slice(3)], 3, 'record 4 in place of record 3'],
    ['a line twice', (l) => [l[0]!, l[1]!, l[1]!, ...l.slice(2)], 3, 'record 2 in place of record 3'],
    ['two lines swapped', (l) => [l[0]!, l[2]!, l[1]!, ...l.slice(3)], 2, 'record 3 in place of record 2'],
    ['a foreign line', (l) => [l[0]!, '{"n":2}\n', ...l.slice(2)], 2, 'not a journal line'],
    [
      'a record after the end',
      (l) => [
        ...l,
        encodeLine('{"n":7,"type":"started","node":"node1","at":"2026-11-24T03:53:12Z"}').toString(),
      ],
      6,
      'a record of type "finished" in its place',
    ],
    [
      'a newer format',
      (l) => [renumbered(l[0]!, (r) => ({ ...r, schema: 2, musterVersion: '9.1.0' })), ...l.slice(1)],
      1,
      'written by muster 9.1.0 in journal format 2, this one reads up to 1',
    ],
    [
      'no header',
      (l) => [renumbered(l[1]!, (r) => ({ ...r, n: 1 }))],
      1,
      'first record: not the header of a run',
    ],
    ['a torn header', (l) => [l[0]!.slice(0, 40)], 1, 'first record: cut off after 40 bytes'],
    [
      'a record without a number',
      (l) => [l[0]!, renumbered(l[1]!, (r) => ({ ...r, n: null }))],
      2,
      'not a numbered record',
    ],
    ['no JSON', (l) => [l[0]!, encodeLine('{"n":2').toString()], 2, 'not JSON'],
    ['nothing in it', () => [], 0, 'empty file'],
  ])('(%s) is refused with the line, and stays in the list', async (_, change, line, what) => {
    const { journal, id, path } = await aChangedRun(change);
    const where = line === 0 ? path : `${path}:${line}`;
    const refusal = { message: `run ${id} cannot be read: ${where}: ${what}`, code: 'JOURNAL_DAMAGED' };
    await expect(journal.show('last')).rejects.toMatchObject(refusal);
    await expect(journal.last()).rejects.toMatchObject(refusal);
    expect(await journal.verify('last')).toMatchObject({ sound: false, fault: { line, what, torn: false } });
    const [summary] = await journal.list();
    expect(summary).toMatchObject({ id, state: 'unreadable' });
    expect(summary?.problem).toBe(line === 0 ? what : `line ${line}: ${what}`);
  });

  it('is refused under the name of another run', async () => {
    const { journal, id, path, runFile } = await aChangedRun((lines) => lines);
    const other = `${id.slice(0, -4)}ffff`;
    renameSync(path, runFile(other));
    await expect(journal.show('last')).rejects.toMatchObject({
      message: `run ${other} cannot be read: ${runFile(other)}:1: holds run ${id}, not ${other}`,
    });
  });
});

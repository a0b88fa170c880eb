import { truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunJournal } from '../../../src/journal/open-journal.ts';
import { aHeader, report } from './run-fixtures.ts';
import { openTestJournal } from './test-journal.ts';

async function recordRun(journal: RunJournal, command = 'uname -r'): Promise<string> {
  const recorder = await journal.startRun(aHeader({ command, nodes: ['node1'] }));
  await recorder.started('node1');
  await recorder.ended(report('node1'));
  await recorder.finish({ exitCode: 0 });
  return recorder.id;
}

describe('the list of runs', () => {
  it('is empty before the first run, and reading it makes no folder', async () => {
    const { journal } = openTestJournal();
    expect(await journal.list()).toEqual([]);
    expect(await journal.last()).toBeUndefined();
    expect(await journal.prune()).toEqual([]);
  });

  it('has the newest first, also for runs of the same millisecond and of several processes', async () => {
    const now = (): number => Date.UTC(2026, 10, 24, 3, 53, 12, 290);
    const first = openTestJournal({ now });
    const second = openTestJournal({ now, folder: first.folder });
    const ids: string[] = [];
    for (const { journal } of [first, first, second, first]) ids.push(await recordRun(journal));
    expect(ids[0]).toBe('20261124T035312-4a3d');
    expect(new Set(ids).size).toBe(4);
    const { journal } = first;
    expect((await journal.list()).map((run) => run.id)).toEqual([...ids].sort().reverse());
    expect((await journal.list({ limit: 2 })).length).toBe(2);
    expect((await journal.list())[0]).toMatchObject({
      state: 'finished',
      startedAt: new Date('2026-11-24T03:53:12.290Z'),
      header: { command: 'uname -r', host: 'bastion1' },
      end: { exitCode: 0 },
      counts: { succeeded: 1, failed: 0, failedByKind: {} },
    });
  });

  it('calls a run of a living process running, and counts what it has so far', async () => {
    const { journal } = openTestJournal();
    const recorder = await journal.startRun(aHeader());
    await recorder.started('node1');
    await recorder.started('node2');
    await recorder.ended(report('node2', { kind: 'finished', code: 3 }));
    const [run] = await journal.list();
    expect(run).toMatchObject({
      state: 'running',
      counts: { succeeded: 0, failed: 1, failedByKind: { finished: 1 } },
    });
    expect(run?.problem).toBeUndefined();
    expect((await journal.show('last')).nodes.map((node) => node.state)).toEqual([
      'in-doubt',
      'failed',
      'not-reached',
    ]);
    await recorder.finish({ exitCode: 1 });
  });

  it('does not judge a process of another machine', async () => {
    const { journal, folder } = openTestJournal({ host: 'bastion1' });
    const recorder = await journal.startRun(aHeader());
    const elsewhere = openTestJournal({ host: 'bastion2', folder });
    expect((await elsewhere.journal.list())[0]).toMatchObject({
      state: 'interrupted',
      problem: 'no end record; it ran on bastion1 and may still run there',
    });
    await recorder.finish({ exitCode: 0 });
  });
});

describe('a run is found', () => {
  it('by its id, by a beginning of it that no other has, and as the last', async () => {
    let time = Date.UTC(2026, 10, 24, 3, 53, 12);
    const { journal } = openTestJournal({ now: () => (time += 60_000) });
    const ids: string[] = [];
    for (const command of ['one', 'two', 'three', 'four']) ids.push(await recordRun(journal, command));
    expect((await journal.show(ids[1]!)).header.command).toBe('two');
    expect((await journal.show(ids[1]!.slice(0, 13))).header.command).toBe('two');
    expect((await journal.show('last')).header.command).toBe('four');
    await expect(journal.show('2026')).rejects.toMatchObject({
      message: `run "2026" is ambiguous: ${ids[3]}, ${ids[2]}, ${ids[1]}, … (4 runs)`,
      hint: 'Run `muster runs list` to see them.',
    });
    await expect(journal.verify('2025')).rejects.toMatchObject({ message: 'no run "2025"' });
    await expect(journal.show('../../etc/passwd')).rejects.toMatchObject({
      message: 'no run "../../etc/passwd"',
    });
    await expect(journal.show('')).rejects.toMatchObject({ message: 'no run ""' });
  });

  it('never, when none is recorded', async () => {
    const { journal } = openTestJournal();
    await expect(journal.show('last')).rejects.toMatchObject({
      message: 'no run is recorded yet',
      code: 'UNKNOWN_RUN',
    });
  });
});

describe('pruning', () => {
  const day = 86_400_000;

  it('keeps the newest runs and the young ones, and deletes the output of the others with them', async () => {
    let time = Date.UTC(2026, 0, 1);
    const { journal } = openTestJournal({ now: () => time });
    const ids: string[] = [];
    for (let days = 0; days < 6; days += 1) {
      time = Date.UTC(2026, 0, 1) + days * day;
      const recorder = await journal.startRun(aHeader({ nodes: ['node1'] }), { recordOutput: {} });
      await recorder.finish({ exitCode: 0 });
      ids.push(recorder.id);
    }
    expect(await journal.prune()).toEqual([]);
    expect(await journal.prune({ keepRuns: 4 })).toEqual([ids[1], ids[0]]);
    expect(await journal.prune({ keepDays: 2 })).toEqual([ids[2]]);
    expect(await journal.prune({ keepRuns: 0, keepDays: 0 })).toEqual([ids[4], ids[3]]);
    expect((await journal.list()).map((run) => run.id)).toEqual([ids[5]]);
  });

  it('never deletes a run in progress, an unfinished rolling run, or what cannot be read', async () => {
    const { journal, folder, runFile } = openTestJournal();
    const running = await journal.startRun(aHeader());
    const otherMachine = openTestJournal({ folder, host: 'bastion2' });
    const rolling = await otherMachine.journal.startRun(aHeader({ kind: 'rolling' }));
    const done = await journal.startRun(aHeader({ kind: 'rolling' }));
    await done.finish({ exitCode: 0 });
    const damaged = await journal.startRun(aHeader());
    await damaged.finish({ exitCode: 0 });
    truncateSync(runFile(damaged.id), 20);
    await recordRun(journal);
    expect(await journal.prune({ keepRuns: 0, keepDays: 0 })).toEqual([done.id]);
    await running.finish({ exitCode: 0 });
    await rolling.finish({ exitCode: 0 });
  });
});

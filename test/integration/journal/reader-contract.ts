import { describe, expect, it } from 'vitest';
import type { RunJournal } from '../../../src/journal/open-journal.ts';
import type { RunReader } from '../../../src/store/read-store.ts';
import { aHeader, report } from './run-fixtures.ts';

/** A journal that is written, and a reader of the same runs. */
export interface ReadBack {
  readonly journal: RunJournal;
  readonly reader: RunReader;
}

/** What any place that runs can be read from must do: the machine's files, and the team's store. */
export function describeReader(name: string, open: () => Promise<ReadBack> | ReadBack): void {
  const record = async (journal: RunJournal, command: string): Promise<string> => {
    const recorder = await journal.startRun(aHeader({ command, nodes: ['node1', 'node2', 'node3'] }));
    await recorder.started('node1');
    await recorder.ended(report('node1'));
    await recorder.started('node2');
    await recorder.ended(report('node2', { kind: 'finished', code: 3 }));
    await recorder.ended(report('node3', { kind: 'skipped', because: 'stopped after node2 failed' }));
    await recorder.finish({ exitCode: 1 });
    return recorder.id;
  };

  describe(`runs read from ${name}`, () => {
    it('are none at first', async () => {
      const { reader } = await open();
      expect(await reader.list()).toEqual([]);
      expect(await reader.last()).toBeUndefined();
      await expect(reader.show('last')).rejects.toThrow('no run is recorded yet');
    });

    it('are what the journal holds, newest first', async () => {
      const { journal, reader } = await open();
      const ids = [await record(journal, 'first'), await record(journal, `ä "quoted" \u0001 \\u0000`)];
      expect((await reader.list()).map(({ id }) => id)).toEqual(ids.toReversed());
      expect((await reader.list({ limit: 1 })).map(({ id }) => id)).toEqual([ids[1]]);
      expect(await reader.list()).toEqual(await journal.list());
      for (const id of [...ids, 'last']) expect(await reader.show(id)).toEqual(await journal.show(id));
      expect(await reader.last()).toEqual(await journal.last());
      expect(await reader.verify('last')).toMatchObject({ id: ids[1], sound: true, records: 7 });
    });

    it('are named by the beginning of their id, when it is one', async () => {
      const { journal, reader } = await open();
      const id = await record(journal, 'first');
      await record(journal, 'second');
      expect((await reader.show(id)).header.command).toBe('first');
      await expect(reader.show('20')).rejects.toThrow('ambiguous');
      await expect(reader.show('19')).rejects.toThrow('no run "19"');
    });

    it('of the rolling kind are held, and finished when somebody went on', async () => {
      const { journal, reader } = await open();
      const recorder = await journal.startRolling(aHeader({ command: 'roll', nodes: ['node1'] }));
      await recorder.append({
        type: 'plan',
        hash: 'abc',
        spec: { kind: 'test' },
        lanes: [
          {
            name: 'node1',
            batch: 0,
            stages: [{ node: 'node1', steps: [{ id: 'install', title: 'install it' }] }],
          },
        ],
      });
      const at = new Date().toISOString();
      const step = { lane: 'node1', node: 'node1', step: 'install', attempt: 1, at } as const;
      await recorder.append({ type: 'intent', ...step, title: 'install it' });
      await recorder.append({ type: 'result', ...step, result: 'done', durationMs: 5 });
      await recorder.append({ type: 'hold', at, exitCode: 4, reason: 'asked to' });
      await recorder.close();
      expect(await reader.show('last')).toEqual(await journal.show('last'));
      expect((await reader.list())[0]).toMatchObject({ state: 'held' });

      const { recorder: again } = await journal.resumeRolling('last', aHeader());
      await again.finish({ exitCode: 0, counts: { succeeded: 1, failed: 0, failedByKind: {} } });
      expect(await reader.show('last')).toEqual(await journal.show('last'));
      expect((await reader.list())[0]).toMatchObject({ state: 'finished' });
    });
  });
}

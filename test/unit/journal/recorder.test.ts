import { describe, expect, it } from 'vitest';
import type { AppendFile } from '../../../src/journal/append-file.ts';
import type { JournalError } from '../../../src/journal/journal-error.ts';
import type { RunRecorder, SyncPolicy } from '../../../src/journal/recorder.ts';
import { startRecording } from '../../../src/journal/recorder.ts';
import type { HeaderRecord } from '../../../src/journal/records.ts';
import { createRedactor } from '../../../src/journal/redact.ts';

/** A disk that takes writes and fails to sync on demand, as no disk at hand does. */
function recordOnFaultyDisk(policy: SyncPolicy): {
  recorder: RunRecorder;
  problems: JournalError[];
  disk: { syncs: number; fails: boolean; written: string[] };
} {
  const disk = { syncs: 0, fails: false, written: [] as string[] };
  const file: AppendFile = {
    append: (bytes) => void disk.written.push(bytes.toString()),
    async sync() {
      disk.syncs += 1;
      if (disk.fails) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    },
    syncFolder: async () => {},
    close: () => {},
    discard: () => {},
  };
  const problems: JournalError[] = [];
  const recorder = startRecording({ type: 'run' } as HeaderRecord, {
    file,
    path: '/state/runs/x.jsonl',
    policy,
    redactor: createRedactor(),
    now: () => 0,
    onProblem: (problem) => problems.push(problem),
  });
  return { recorder, problems, disk };
}

const report = (node: string): Parameters<RunRecorder['ended']>[0] => ({
  node,
  outcome: { kind: 'finished', code: 0 },
  startedAt: new Date(0),
  durationMs: 1,
  bytes: { stdout: 0, stderr: 0 },
});

async function recordThousandNodes(policy: SyncPolicy): Promise<number> {
  const { recorder, disk } = recordOnFaultyDisk(policy);
  for (let node = 0; node < 1000; node += 1) {
    await recorder.started(`node${node}`);
    await recorder.ended(report(`node${node}`));
  }
  await recorder.finish({ exitCode: 0 });
  return disk.syncs;
}

describe('a run of a thousand nodes', () => {
  it('costs two syncs, none or one for each record, by its policy', async () => {
    expect(await recordThousandNodes('intents')).toBe(2);
    expect(await recordThousandNodes('never')).toBe(0);
    expect(await recordThousandNodes('each')).toBe(2002);
  });
});

describe('a disk that cannot sync', () => {
  it('is reported once, and an ad-hoc run goes on', async () => {
    const { recorder, problems, disk } = recordOnFaultyDisk('intents');
    disk.fails = true;
    await recorder.started('node1');
    await recorder.ended(report('node1'));
    await recorder.finish({ exitCode: 0 });
    expect(problems.map(({ message }) => message)).toEqual([
      'cannot write the journal /state/runs/x.jsonl: input/output error',
    ]);
    expect(disk.written.length).toBe(4);
  });

  it('is never trusted again under the policy each', async () => {
    const { recorder, problems, disk } = recordOnFaultyDisk('each');
    await recorder.started('step1');
    disk.fails = true;
    await expect(recorder.ended(report('step1'))).rejects.toMatchObject({ code: 'JOURNAL_STORAGE' });
    disk.fails = false;
    await expect(recorder.started('step2')).rejects.toMatchObject({ code: 'JOURNAL_STORAGE' });
    await recorder.finish({ exitCode: 4 });
    expect(problems.length).toBe(1);
  });
});

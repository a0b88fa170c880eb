import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scanLines } from '../../../src/journal/line-format.ts';
import { createRedactor } from '../../../src/journal/redact.ts';
import { aHeader, report } from './run-fixtures.ts';
import { openTestJournal } from './test-journal.ts';

describe('a recorded run', () => {
  it('is shown with who, when, where, what, and the outcome of every node', async () => {
    const { journal } = openTestJournal();
    const recorder = await journal.startRun(aHeader({ nodes: ['node3', 'node1', 'node2'] }));
    for (const node of ['node3', 'node1']) await recorder.started(node);
    await recorder.ended(report('node3', { kind: 'finished', code: 0 }));
    await recorder.ended(report('node1', { kind: 'timed-out', afterMs: 500, remote: 'ended' }));
    await recorder.ended(report('node2', { kind: 'skipped', because: 'stopped after node1 timed out' }));
    await recorder.finish({ exitCode: 1 });

    const run = await journal.show('last');
    expect(run).toMatchObject({
      id: recorder.id,
      state: 'finished',
      header: {
        schema: 1,
        kind: 'ad-hoc',
        musterVersion: '0.1.0',
        operator: { uid: 1000, user: 'jane', sudoUser: 'root', sshClient: '192.0.2.7' },
        host: 'bastion1',
        cwd: '/home/jane',
        argv: ['run', '-w', '@db', 'uname -r'],
        nodeSet: { written: '@db', folded: 'node[1-3]', nodes: ['node3', 'node1', 'node2'] },
        command: 'uname -r',
        commandSha256: createHash('sha256').update('uname -r').digest('hex'),
        settings: { fanout: 64, transport: 'ssh2' },
      },
      nodes: [
        { node: 'node3', state: 'succeeded', durationMs: 12.3, bytes: { stdout: 7, stderr: 0 } },
        { node: 'node1', state: 'failed', outcome: { kind: 'timed-out', afterMs: 500, remote: 'ended' } },
        { node: 'node2', state: 'failed', outcome: { kind: 'skipped' } },
      ],
      end: {
        exitCode: 1,
        counts: { succeeded: 1, failed: 2, failedByKind: { 'timed-out': 1, skipped: 1 } },
      },
    });
    expect(run.problem).toBeUndefined();
    expect(await journal.last()).toEqual(run);
    expect(await journal.verify('last')).toMatchObject({ sound: true, records: 7 });
  });

  it('has its intent in the file before started() returns, under every policy', async () => {
    for (const fsync of ['each', 'intents', 'never'] as const) {
      const { journal, runFile } = openTestJournal({ fsync });
      const recorder = await journal.startRun(aHeader());
      const begun = recorder.started('node1');
      const intent = scanLines(readFileSync(runFile(recorder.id))).bodies[1];
      expect(JSON.parse(String(intent))).toMatchObject({ n: 2, type: 'started', node: 'node1' });
      await begun;
      await recorder.finish({ exitCode: 0 });
    }
  });

  it('keeps registered secrets and known patterns out of its file', async () => {
    const { journal, runFile } = openTestJournal({ redactor: createRedactor(["hunter'2"]) });
    const recorder = await journal.startRun(
      aHeader({
        argv: ['run', '-w', 'node1', "PGPASSWORD='hunter'\\''2' psql", '--password', 'other'],
        command: "PGPASSWORD='hunter'\\''2' psql postgresql://app:s3same@db/x",
      }),
    );
    await recorder.ended(report('node1', { kind: 'refused', message: "no such command: hunter'2" }));
    await recorder.finish({ exitCode: 1 });
    const text = readFileSync(runFile(recorder.id), 'utf8');
    expect(text).not.toMatch(/hunter|other|s3same/);
    expect((await journal.show('last')).header.command).toBe('PGPASSWORD=*** psql postgresql://app:***@db/x');
  });
});

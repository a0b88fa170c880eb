import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Executor } from '../../../src/fanout/executor.ts';
import { createJobs } from '../../../src/jobs/create-jobs.ts';
import { findTool } from '../../support/require-tool.ts';

const shells = [
  ['dash', 'dash'],
  ['bash', 'bash'],
  ['busybox', 'busybox'],
  ['mksh', 'mksh'],
  ['ksh', 'ksh93u+m'],
] as const;

const forever = new AbortController().signal;

/** This machine as a node whose `sh` is another shell. */
function nodeWith(shell: string, folder: string): Executor {
  symlinkSync(shell, join(folder, 'sh'));
  return {
    async execute(_node, task, sink) {
      const child = spawn(join(folder, 'sh'), ['-c', task.command], {
        env: { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, XDG_STATE_HOME: folder },
      });
      child.stdout.on('data', (chunk: Buffer) => void sink.write('stdout', chunk));
      child.stderr.on('data', (chunk: Buffer) => void sink.write('stderr', chunk));
      for await (const chunk of task.stdin!()) child.stdin.write(chunk);
      child.stdin.end();
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      return { kind: 'finished', ...(code === null ? { signal: 'KILL' } : { code }) };
    },
    async close() {},
  };
}

describe.each(shells)('jobs where sh is %s', (name, debianPackage) => {
  const shell = findTool(name, debianPackage);

  it.skipIf(shell === undefined)('start once, are followed, end, and are lost when killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jobs-'));
    const jobs = createJobs(nodeWith(shell!, folder), { rootFolder: join(folder, 'muster/jobs') });
    const start = (id: string, command: string) =>
      jobs.start('here', { id, command, env: { A: "x'y z" } }, forever);
    const follow = (id: string) => jobs.follow('here', id, { timeoutMs: 30_000 }, forever);
    const gate = join(folder, 'gate');
    const command = `echo "$A" ä; while [ ! -e ${gate} ]; do sleep 0.1; done; echo end; exit 9`;

    const starts = await Promise.all([start('one', command), start('one', command), start('one', command)]);
    expect(starts.map(({ kind }) => kind).toSorted()).toEqual(['exists', 'exists', 'started']);
    expect(await jobs.state('here', 'one', forever)).toMatchObject({ kind: 'running' });
    writeFileSync(gate, '');
    expect(await follow('one')).toEqual({ kind: 'done', code: 9, output: "x'y z ä\nend\n" });

    await start('two', 'kill -KILL $PPID; kill -KILL $$');
    expect(await follow('two')).toEqual({ kind: 'lost', started: true, bootChanged: false });
    expect(await jobs.remove('here', 'o', forever)).toEqual({ kind: 'removed', ids: ['one'] });
    rmSync(folder, { recursive: true, force: true });
  });
});

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool } from '../../support/require-tool.ts';
import { eventually } from '../ssh/run-over-ssh.ts';
import { forever, type JobNode, startJobNode } from './job-nodes.ts';

const missing = findTool('sshd', 'openssh-server') === undefined || process.getuid?.() !== 0;

describe.skipIf(missing)('jobs on a node', () => {
  let node: JobNode;
  beforeAll(async () => {
    node = await startJobNode();
  });
  afterAll(() => node.stop());

  const follow = async (id: string, from = 0) => {
    let output = '';
    const state = await node.jobs.follow(
      'n1',
      id,
      { timeoutMs: 30_000, from, onOutput: (chunk) => void (output += chunk.toString('latin1')) },
      forever,
    );
    return { state, output };
  };

  it('run to their end, with exit code and output as they came', async () => {
    const command = `${node.count('plain')}; echo out; echo err >&2; echo end; exit 3`;
    expect(await node.jobs.start('n1', { id: 'plain', command }, forever)).toEqual({ kind: 'started' });
    expect(await follow('plain')).toEqual({
      state: { kind: 'done', code: 3, output: 'out\nerr\nend\n' },
      output: 'out\nerr\nend\n',
    });
    expect(await node.jobs.state('n1', 'plain', forever)).toEqual({
      kind: 'done',
      code: 3,
      output: 'out\nerr\nend\n',
    });
    expect(node.counted('plain')).toBe(1);
  });

  it('are none before, and do not run again', async () => {
    expect(await node.jobs.state('n1', 'again', forever)).toEqual({ kind: 'none' });
    const spec = { id: 'again', command: node.count('again') };
    expect(await node.jobs.start('n1', spec, forever)).toEqual({ kind: 'started' });
    expect(await node.jobs.start('n1', spec, forever)).toEqual({ kind: 'exists' });
    await follow('again');
    expect(await node.jobs.start('n1', spec, forever)).toEqual({ kind: 'exists' });
    expect(node.counted('again')).toBe(1);
  });

  it('run once when six start them at the same time', async () => {
    const spec = { id: 'six', command: `sleep 0.2; ${node.count('six')}` };
    const starts = await Promise.all(
      Array.from({ length: 6 }, () => node.client().jobs.start('n1', spec, forever)),
    );
    expect(starts.map(({ kind }) => kind).toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'exists'),
      'started',
    ]);
    await follow('six');
    expect(node.counted('six')).toBe(1);
    expect(readdirSync(node.folder).filter((name) => name.startsWith('.new'))).toEqual([]);
  });

  it('are running while anything of them lives, and lost when all of it was killed', async () => {
    await node.jobs.start('n1', { id: 'killed', command: 'sleep 20 & sleep 20; echo never' }, forever);
    const running = await node.jobs.state('n1', 'killed', forever);
    expect(running).toMatchObject({ kind: 'running', startedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    const holders = () =>
      readdirSync('/proc').filter((pid) => {
        try {
          return (
            /^\d+$/.test(pid) &&
            readdirSync(`/proc/${pid}/fd`).some(
              (fd) =>
                existsSync(`/proc/${pid}/fd/${fd}`) &&
                statSync(`/proc/${pid}/fd/${fd}`).ino === statSync(`${node.folder}/killed/lock`).ino,
            )
          );
        } catch {
          return false;
        }
      });
    const pids = holders().map(Number);
    expect(pids.length).toBeGreaterThanOrEqual(4);
    const sleeper = pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep'))!;
    for (const pid of pids) if (pid !== sleeper) process.kill(pid, 'SIGKILL');
    expect(await node.jobs.state('n1', 'killed', forever)).toMatchObject({ kind: 'running' });
    process.kill(sleeper, 'SIGKILL');
    await eventually('the lock is free', () => holders().length === 0);
    expect(await node.jobs.state('n1', 'killed', forever)).toEqual({
      kind: 'lost',
      started: true,
      bootChanged: false,
    });
    expect(await follow('killed')).toEqual({
      state: { kind: 'lost', started: true, bootChanged: false },
      output: '',
    });
  });

  it('are done when they left a server behind that holds their lock', async () => {
    await node.jobs.start('n1', { id: 'server', command: 'sleep 5 & exit 0' }, forever);
    expect((await follow('server')).state).toEqual({ kind: 'done', code: 0, output: '' });
  });

  it('stream every byte once, whatever it is', async () => {
    const command = 'head -c 3000000 /dev/zero | tr "\\0" "\\377"; sleep 0.3; printf "a\\000b\\n"';
    await node.jobs.start('n1', { id: 'bytes', command }, forever);
    const { state, output } = await follow('bytes');
    expect(output.length).toBe(3_000_004);
    expect(output.slice(3_000_000)).toBe('a\0b\n');
    expect(state).toMatchObject({ kind: 'done', code: 0 });
    expect((await follow('bytes', 2_999_998)).output).toBe('\xff\xffa\0b\n');
    const kept = await node.jobs.output('n1', 'bytes', forever);
    expect(kept.kind === 'output' && kept.bytes.length).toBe(3_000_004);
  });

  it('keep secrets to themselves, and the environment whole', async () => {
    const secret = `S3cr'et "$(id)" \\ ü`;
    const command = 'printf "%s|%s" "$TOKEN" "$NAME"; ls "${0%/*}"; umask; pwd';
    await node.jobs.start(
      'n1',
      { id: 'secret', command, env: { NAME: "a'b\nc" }, secrets: { TOKEN: secret } },
      forever,
    );
    const { output } = await follow('secret');
    expect(Buffer.from(output, 'latin1').toString()).toMatch(`${secret}|a'b\nc`);
    expect(output).not.toMatch(/^secret$/m);
    expect(output).toMatch(/\n0022\n/);
    const folder = `${node.folder}/secret`;
    const kept = readdirSync(folder).filter((name) => name !== 'out');
    const telling = kept.filter(
      (name) =>
        readFileSync(`${folder}/${name}`, 'utf8').includes('S3cr') ||
        (statSync(`${folder}/${name}`).mode & 0o077) !== 0,
    );
    expect(telling).toEqual([]);
  });

  it('are removed when they are over', async () => {
    await node.jobs.start('n1', { id: 'run1.a', command: 'true' }, forever);
    await node.jobs.start('n1', { id: 'run1.b', command: 'sleep 20' }, forever);
    await follow('run1.a');
    expect(await node.jobs.remove('n1', 'run1.', forever)).toEqual({ kind: 'removed', ids: ['run1.a'] });
    expect(await node.jobs.state('n1', 'run1.a', forever)).toEqual({ kind: 'none' });
    expect(await node.jobs.state('n1', 'run1.b', forever)).toMatchObject({ kind: 'running' });
  });

  it('have ids that are names', async () => {
    for (const id of ['../x', '', '-a', 'a b', '$(id)', 'a'.repeat(181)]) {
      await expect(node.jobs.state('n1', id, forever)).rejects.toThrow('not the id of a job');
    }
  });
});

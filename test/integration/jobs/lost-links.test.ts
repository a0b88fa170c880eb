import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJobs } from '../../../src/jobs/create-jobs.ts';
import { type CuttableLink, startCuttableLink } from '../../support/cut-link.ts';
import { findTool } from '../../support/require-tool.ts';
import { eventually, sshExecutor } from '../ssh/run-over-ssh.ts';
import { forever, type JobNode, startJobNode } from './job-nodes.ts';

const missing = findTool('sshd', 'openssh-server') === undefined || process.getuid?.() !== 0;

describe.skipIf(missing)('a job and a link that is cut', { timeout: 180_000 }, () => {
  let node: JobNode;
  let link: CuttableLink;
  beforeAll(async () => {
    node = await startJobNode();
    link = await startCuttableLink(node.sshd.address('n1'), node.sshd.port);
    const known = readFileSync(node.sshd.knownHostsPath, 'utf8').trim();
    appendFileSync(node.sshd.knownHostsPath, `${known.replace(`:${node.sshd.port} `, `:${link.port} `)}\n`);
  });
  afterAll(async () => {
    await link.stop();
    await node.stop();
  });

  /** A client whose connection goes through the link. */
  const client = () => {
    const executor = sshExecutor(node.sshd, { keepOpen: true, options: [['Port', String(link.port)]] });
    return { executor, jobs: createJobs(executor, { rootFolder: node.folder }) };
  };

  /** As an engine goes on after a death: the same id again, then to its end. */
  const goOn = async (id: string): Promise<void> => {
    const again = await node.jobs.start('n1', { id, command: node.count(id) }, forever);
    expect(['started', 'exists']).toContain(again.kind);
    const state = await node.jobs.follow('n1', id, { timeoutMs: 30_000 }, forever);
    expect(state).toMatchObject({ kind: 'done', code: 0 });
    expect(node.counted(id)).toBe(1);
  };

  const sweep = async (way: 'sent' | 'received'): Promise<Set<string>> => {
    const seen = new Set<string>();
    const measured = client();
    const spec = (id: string) => ({ id, command: node.count(id) });
    await measured.jobs.start('n1', spec(`measure-${way}`), forever);
    const whole = link.carried()[way];
    await measured.executor.close();
    // the key exchange alone fills the first part: the job's part is looked at closely
    for (
      let bytes = way === 'sent' ? 1300 : 1500;
      bytes <= whole + 300;
      bytes += way === 'sent' ? 300 : 100
    ) {
      const id = `${way}-${bytes}`;
      const { executor, jobs } = client();
      if (way === 'sent') link.cutAfterSent(bytes);
      else link.cutAfterReceived(bytes);
      const answer = await jobs.start('n1', spec(id), forever);
      await executor.close();
      seen.add(answer.kind);
      if (answer.kind === 'started') expect(existsSync(`${node.folder}/${id}`)).toBe(true);
      if (answer.kind === 'failed') expect(existsSync(`${node.folder}/${id}`)).toBe(false);
      await goOn(id);
    }
    return seen;
  };

  it('runs once, wherever the request is cut', async () => {
    expect([...(await sweep('sent'))].toSorted()).toEqual(['failed', 'started', 'unknown']);
  });

  it('runs once, wherever the answer is cut', async () => {
    expect([...(await sweep('received'))].toSorted()).toEqual(['failed', 'started', 'unknown']);
  });

  it('is followed over cuts without losing or doubling a byte', async () => {
    const { executor, jobs } = client();
    const command = 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "line $i"; sleep 0.01; done';
    await jobs.start('n1', { id: 'cut', command }, forever);
    let output = '';
    const away: string[] = [];
    let back = 0;
    let lines = 0;
    const state = await jobs.follow(
      'n1',
      'cut',
      {
        timeoutMs: 30_000,
        onOutput(chunk) {
          output += chunk.toString();
          const now = output.split('\n').length;
          if (now - lines > 40) link.cutNow();
          if (now - lines > 40) lines = now;
        },
        onAway: (why) => void away.push(why),
        onBack: () => void (back += 1),
      },
      forever,
    );
    await executor.close();
    expect(output).toBe(Array.from({ length: 300 }, (_, index) => `line ${index + 1}\n`).join(''));
    expect(state).toEqual({ kind: 'done', code: 0, output });
    expect(away.length).toBeGreaterThan(2);
    expect(back).toBe(away.length);
  });

  it('is given up after so much silence, and lives on', async () => {
    const { executor, jobs } = client();
    const command = `sleep 3; ${node.count('silence')}`;
    await jobs.start('n1', { id: 'silence', command }, forever);
    link.refuse(true);
    link.cutNow();
    const begun = performance.now();
    const state = await jobs.follow('n1', 'silence', { timeoutMs: 1500 }, forever);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(state).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('no answer for 2 s'),
    });
    link.refuse(false);
    expect(await jobs.follow('n1', 'silence', { timeoutMs: 30_000 }, forever)).toMatchObject({
      kind: 'done',
    });
    expect(node.counted('silence')).toBe(1);
    await executor.close();
  });

  it('is let go on abort, and lives on', async () => {
    const abort = new AbortController();
    await node.jobs.start('n1', { id: 'abort', command: `sleep 1; ${node.count('abort')}` }, forever);
    const following = node.jobs.follow('n1', 'abort', { timeoutMs: 30_000 }, abort.signal);
    abort.abort();
    expect(await following).toMatchObject({ kind: 'unreachable', outcome: { kind: 'cancelled' } });
    await goOn('abort');
  });

  it('runs once, whenever the client is killed', async () => {
    for (let index = 0; index < 6; index += 1) {
      const id = `kill-${index}`;
      const child = spawn(
        process.execPath,
        [
          new URL('start-and-wait.ts', import.meta.url).pathname,
          node.sshd.sshConfigPath,
          node.sshd.folder,
          node.folder,
          id,
          node.count(id),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      const over = new Promise((resolve) => child.once('close', resolve));
      await eventually('it asks', () => said.includes('asking'));
      // from before the connection to after the end
      const until = performance.now() + index * 80;
      await eventually('its moment', () => performance.now() >= until);
      child.kill('SIGKILL');
      await over;
      await goOn(id);
      expect(node.counted(id)).toBe(1);
    }
  });
});

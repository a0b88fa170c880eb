import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { eventually } from '../ssh/run-over-ssh.ts';

const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  stdout(): string;
  stderr(): string;
  /** Process ids the remote commands printed. */
  remote(): number[];
}

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('a run that is ended by a signal', () => {
  let server: TestSshd;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    server = await startSshd({ nodes: 3 });
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await server.stop();
  });

  function start(args: readonly string[]): Running {
    const child = spawn(program, args, { env: { ...process.env, ...server.env, NO_COLOR: '1' } });
    started.push(child);
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (more: string) => (text[stream] += more));
    }
    return {
      child,
      ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))),
      stdout: () => text.stdout,
      stderr: () => text.stderr,
      remote: () => [...text.stdout.matchAll(/^n\d: (\d+)$/gm)].map((match) => Number(match[1])),
    };
  }

  function lives(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)(
    '%s ends the remote commands, shows what came, starts nothing new, closes the journal',
    async (signal, code) => {
      const run = start(['-f', '2', '-w', 'n[1-3]', 'echo $$; exec sleep 300']);
      await eventually('two nodes run', () => run.remote().length === 2);
      const pids = run.remote();
      run.child.kill(signal);

      expect(await run.ended).toEqual({ code, signal: null });
      expect(pids.filter(lives)).toEqual([]);
      expect(run.remote()).toEqual(pids);
      expect(run.stderr()).toContain('Keyboard interrupt (n[1-2] did not complete).');
      const { stdout } = await muster(['runs', 'show', 'last', '--json'], { env: server.env });
      expect(JSON.parse(stdout)).toMatchObject({ state: 'finished', end: { exitCode: code } });
    },
  );

  it('a second Ctrl-C leaves at once', async () => {
    const run = start(['-w', 'n1', "trap '' TERM INT HUP; echo $$; while :; do sleep 1; done"]);
    await eventually('the node runs', () => run.remote().length === 1);
    run.child.kill('SIGINT');
    await eventually('the first one is told', () => run.stderr().includes('interrupted'));
    const since = performance.now();
    run.child.kill('SIGINT');

    expect(await run.ended).toEqual({ code: 130, signal: null });
    // TERM to KILL alone would take 5 s
    expect(performance.now() - since).toBeLessThan(4000);
    for (const pid of run.remote()) if (lives(pid)) process.kill(pid, 'SIGKILL');
  });

  it('a command that ignores TERM is killed after 5 seconds', async () => {
    const run = start(['-w', 'n1', "trap '' TERM INT HUP; echo $$; while :; do sleep 1; done"]);
    await eventually('the node runs', () => run.remote().length === 1);
    run.child.kill('SIGINT');

    expect(await run.ended).toEqual({ code: 130, signal: null });
    await eventually('the remote process is gone', () => !run.remote().some(lives));
  });

  it('a time limit ends the remote command and keeps what it said', async () => {
    const run = start(['-b', '-u', '2', '-w', 'n[1-2]', 'echo early; exec sleep 301']);

    expect(await run.ended).toEqual({ code: 1, signal: null });
    expect(run.stdout()).toBe('---------------\nn[1-2] (2)\n---------------\nearly\n');
    expect(run.stderr()).toContain('n[1-2]: command timeout');
    expect(run.stderr()).not.toContain('still running');
  });

  it('starved of processor time it takes no node for dead', async () => {
    const names = ['-o', '-oServerAliveInterval=1 -oServerAliveCountMax=2', '-t', '2', '-w', 'n[1-3]'];
    const run = start([...names, 'for i in 1 2 3 4 5; do echo line $i; sleep 1; done']);
    // a tenth of the time is left for it, from its first moment on, and once nothing for longer than all its limits
    let slices = 0;
    const starve = setInterval(() => {
      slices += 1;
      run.child.kill(slices % 10 === 0 ? 'SIGCONT' : 'SIGSTOP');
    }, 20);
    await eventually('a command runs', () => run.stdout().includes('line 1'), 50_000);
    clearInterval(starve);
    run.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    run.child.kill('SIGCONT');

    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(run.stderr()).toBe('');
    expect(run.stdout().trim().split('\n')).toHaveLength(15);
  });

  it('stopped and continued it loses nothing', async () => {
    const run = start(['-w', 'n1', 'for i in 1 2 3 4 5 6; do echo line $i; sleep 0.3; done']);
    await eventually('it runs', () => run.stdout().includes('line 1'));
    run.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    run.child.kill('SIGCONT');

    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(run.stdout().split('\n')).toHaveLength(7);
  });
});

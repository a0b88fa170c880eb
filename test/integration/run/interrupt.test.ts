import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { musterProgram } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const sshd = findTool('sshd', 'openssh-server');

interface Running {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

describe.skipIf(sshd === undefined)('Ctrl-C, on a real sshd', () => {
  let server: TestSshd;
  let silent: Server;
  let dialled = 0;
  const start = (...args: string[]): Running => {
    const child = spawn(musterProgram, ['-n', ...args], { env: { ...process.env, ...server.env } });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
    }
    return { child, output, ended: new Promise((resolve) => child.once('close', resolve)) };
  };

  beforeAll(async () => {
    server = await startSshd({ nodes: 4 });
    silent = createServer((socket) => {
      dialled += 1;
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
  });
  beforeAll(() => until(() => silent.listening));
  afterAll(async () => {
    silent.close();
    await server.stop();
  });

  test('while connecting', async () => {
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { child, output, ended } = start(
      '-o',
      `-oHostName=127.0.0.1 -oPort=${port}`,
      '-w',
      'n[1-2]',
      'true',
    );
    await until(() => dialled >= 2);
    child.kill('SIGINT');

    expect(await ended).toBe(130);
    expect(output).toEqual({
      stdout: '',
      stderr:
        'muster: interrupted, ending the command on the nodes\nKeyboard interrupt (n[1-2] did not complete).\n',
    });
  });

  test('while commands run: they are ended on the nodes, what came is kept, the others are never started', async () => {
    const marks = join(server.folder, 'mark');
    const command = `echo begun; trap 'touch ${marks}.ended.$$; exit 1' TERM; touch ${marks}.$$; while :; do sleep 0.1; done`;
    const { child, output, ended } = start('-bf2', '-w', 'n[1-4]', command);
    await until(() => glob(server.folder, /^mark\.\d+$/).length === 2);
    child.kill('SIGINT');

    expect(await ended).toBe(130);
    expect(output.stdout).toBe(`${'-'.repeat(15)}\nn[1-2] (2)\n${'-'.repeat(15)}\nbegun\n`);
    // What the nodes' shells say of it is theirs.
    expect(output.stderr.replaceAll(/^n\d: .*\n/gm, '')).toBe(
      [
        'muster: interrupted, ending the command on the nodes',
        'muster: n[3-4] (2): skipped: interrupted',
        'muster: n[1-2] (2): output is partial',
        'Keyboard interrupt (n[1-2] did not complete).',
        'muster: to go on with the nodes that did not succeed: muster run --retry-failed',
        '',
      ].join('\n'),
    );
    await until(() => glob(server.folder, /^mark\.ended\.\d+$/).length === 2);
  });

  test('with -f 1: the rest is skipped because of the interruption, not of a failure', async () => {
    const { child, output, ended } = start('-f1', '-w', 'n2,n1', 'echo begun; sleep 300');
    await until(() => output.stdout === 'n2: begun\n');
    child.kill('SIGINT');

    expect(await ended).toBe(130);
    expect(output.stderr).toContain('muster: n1: skipped: interrupted\n');
    expect(output.stderr).toContain('Keyboard interrupt (n2 did not complete).\n');
  });

  test('while a node floods', async () => {
    const { child, output, ended } = start('-w', 'n1', 'yes');
    await until(() => output.stdout.length > 1_000_000);
    child.kill('SIGINT');

    expect(await ended).toBe(130);
    expect(output.stderr).toContain('Keyboard interrupt (n1 did not complete).\n');
    expect(output.stdout.endsWith('n1: y\n')).toBe(true);
  });

  test('a second one leaves at once, though a command does not let itself be ended', async () => {
    const mark = join(server.folder, 'deaf');
    const { child, output, ended } = start('-w', 'n1', `trap '' TERM; touch ${mark}; sleep 30; sleep 30`);
    await until(() => existsSync(mark));
    child.kill('SIGINT');
    await until(() => output.stderr.includes('interrupted'));
    const since = performance.now();
    child.kill('SIGINT');

    expect(await ended).toBe(130);
    // TERM to KILL alone is 5 s.
    expect(performance.now() - since).toBeLessThan(4500);
  });

  test('SIGTERM ends it the same way, with 143', async () => {
    const { child, output, ended } = start('-w', 'n1', 'echo begun; sleep 300');
    await until(() => output.stdout !== '');
    child.kill('SIGTERM');

    expect(await ended).toBe(143);
  });
});

function glob(folder: string, name: RegExp): string[] {
  return readdirSync(folder).filter((entry) => name.test(entry));
}

async function until(check: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!check()) {
    if (Date.now() > deadline) throw new Error('it did not happen in 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

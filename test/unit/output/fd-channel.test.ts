import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createFdChannel } from '../../../src/output/fd-channel.ts';
import { openTerminal } from '../../../src/output/open-terminal.ts';
import type { ChannelFailure } from '../../../src/output/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'fd-channel-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The write end of a named pipe whose reader is `command` (sh, the pipe is its stdin). */
function pipeTo(command: string): { fd: number; done: Promise<string> } {
  const path = join(folder, `pipe-${Math.random()}`);
  spawnSync('mkfifo', [path]);
  const reader = spawn('sh', ['-c', `exec <"$0"; ${command}`, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  reader.stdout.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  const done = new Promise<string>((resolve) => reader.on('close', () => resolve(text)));
  return { fd: openSync(path, 'w'), done };
}

describe('a channel to a file descriptor', () => {
  test('writes everything to a pipe in order and asks to wait while the reader is behind', async () => {
    const { fd, done } = pipeTo('wc -c; ');
    const channel = createFdChannel(fd, { isTTY: false });
    let waits = 0;
    for (let index = 0; index < 100; index += 1) {
      const wait = channel.write(Buffer.alloc(100_000, index));
      if (wait !== undefined) {
        waits += 1;
        await wait;
      }
    }
    await channel.flush();
    closeSync(fd);

    expect((await done).trim()).toBe('10000000');
    expect(waits).toBeGreaterThan(0);
    expect(channel.failure).toBeUndefined();
  });

  test('keeps many small writes in order', async () => {
    const { fd, done } = pipeTo('cat');
    const channel = createFdChannel(fd, { isTTY: false });
    const lines = Array.from({ length: 3000 }, (_, index) => `line ${index} é\n`);
    for (const line of lines) {
      await channel.write(line);
    }
    await channel.flush();
    closeSync(fd);

    expect(Buffer.from(await done, 'latin1').toString()).toBe(lines.join(''));
  });

  test('tells once that the reader went away, and drops the rest', async () => {
    const { fd, done } = pipeTo('head -c 10 >/dev/null; exec <&-');
    const failures: ChannelFailure[] = [];
    const channel = createFdChannel(fd, { isTTY: false, onFailure: (failure) => failures.push(failure) });
    await channel.write(Buffer.alloc(20));
    await done;
    for (let index = 0; index < 50; index += 1) {
      await channel.write(Buffer.alloc(100_000));
    }
    await channel.flush();
    closeSync(fd);

    expect(failures).toEqual([{ kind: 'closed' }]);
    expect(channel.failure).toEqual({ kind: 'closed' });
  });

  test('names a full disk', async () => {
    const fd = openSync('/dev/full', 'w');
    const channel = createFdChannel(fd, { isTTY: false });
    await channel.write('lost');
    await channel.flush();
    closeSync(fd);

    expect(channel.failure).toEqual({
      kind: 'error',
      code: 'ENOSPC',
      message: 'ENOSPC: no space left on device, write',
    });
  });

  test('writes to a regular file at once', () => {
    const path = join(folder, 'out');
    const fd = openSync(path, 'w');
    const channel = createFdChannel(fd, { isTTY: false });

    expect(channel.write('now\n')).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe('now\n');
    closeSync(fd);
  });

  test('does not crash on a closed descriptor', async () => {
    const fd = openSync('/dev/null', 'w');
    closeSync(fd);
    const channel = createFdChannel(fd, { isTTY: false });
    await channel.write('x');
    await channel.flush();

    expect(channel.failure).toEqual({ kind: 'closed' });
  });
});

describe('stdout and stderr', () => {
  test('that lead to the same pipe keep their order', async () => {
    const { fd, done } = pipeTo('cat');
    const terminal = openTerminal({
      stdoutFd: fd,
      stderrFd: fd,
      isTTY: () => false,
      columns: () => undefined,
      term: undefined,
    });
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}\n`);
    for (const [index, line] of lines.entries()) {
      await (index % 2 === 0 ? terminal.stdout : terminal.stderr).write(line);
    }
    await Promise.all([terminal.stdout.flush(), terminal.stderr.flush()]);
    closeSync(fd);

    expect(await done).toBe(lines.join(''));
  });
});

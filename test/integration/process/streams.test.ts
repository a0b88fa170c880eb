import { createHash } from 'node:crypto';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('streams of a run', () => {
  let server: TestSshd;

  beforeAll(async () => {
    server = await startSshd({ nodes: 3 });
  });
  afterAll(async () => {
    await server.stop();
  });

  /** A line of bash in which `muster` is the program. */
  const bash = (line: string) =>
    runProgram('/bin/bash', ['-c', `muster() { ${program} "$@"; }; ${line}`], {
      env: { ...server.env, NO_COLOR: '1' },
    });

  it('end quietly with 141 when the reader goes away, and the remote command with them', async () => {
    const { stdout, stderr } = await bash(
      `muster -w n1 'echo $$; exec yes' | head -1; echo "\${PIPESTATUS[0]}"`,
    );

    const [first, status] = stdout.split('\n');
    expect(status).toBe('141');
    expect(stderr).toBe('');
    expect(() => process.kill(Number(first!.replace('n1: ', '')), 0)).toThrow('ESRCH');
  });

  it('name a full disk', async () => {
    const { stderr, code } = await bash(`muster -w n1 'echo hello' >/dev/full`);

    expect(code).toBe(1);
    expect(stderr).toMatch(/no space left|ENOSPC/i);
  });

  it.each(['>&-', '2>&-', '>&- 2>&-', '<&-'])('closed by %s crash nothing', async (closed) => {
    const { stderr, code } = await bash(`muster -w n1 'echo out; echo err >&2; exit 3' ${closed}`);

    expect([0, 1]).toContain(code);
    expect(stderr).not.toMatch(/at .*\(|node:internal|Unhandled/);
  });

  it('feed the same input to all: a slow reader, one that closes early, a quick one; memory stays flat', async () => {
    const input = Buffer.alloc(96 * 2 ** 20);
    for (let at = 0; at < input.length; at += 4) input.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    const file = join(server.folder, 'input');
    writeFileSync(file, input);
    const child = spawn(
      program,
      [
        '-w',
        'n[1-3]',
        'case $SSH_CONNECTION in *127.1.0.1*) sleep 2; sha256sum;; *127.1.0.2*) head -c 1000 | wc -c; exec 0<&-;; *) sha256sum;; esac',
      ],
      { env: { ...process.env, ...server.env }, stdio: [openSync(file, 'r'), 'pipe', 'pipe'] },
    );
    let peakKiB = 0;
    const timer = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'latin1');
        peakKiB = Math.max(peakKiB, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
      } catch {
        // it has ended
      }
    }, 20);
    let stdout = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    clearInterval(timer);

    const digest = createHash('sha256').update(input).digest('hex');
    expect(stdout.split('\n').toSorted()).toEqual(['', `n1: ${digest}  -`, 'n2: 1000', `n3: ${digest}  -`]);
    expect(code).toBe(0);
    expect(peakKiB / 1024).toBeLessThan(220);
  });

  it('leave the input alone with -n', async () => {
    const { stdout } = await bash(
      `printf 'a\\nb\\n' | while read x; do muster -n -w n1 "echo $x; cat"; done`,
    );

    expect(stdout).toBe('n1: a\nn1: b\n');
  });
});

import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { eventually } from '../ssh/run-over-ssh.ts';

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('muster unlock', () => {
  let sshd: TestSshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  it('shows who is at work; with --yes the one at work holds after the step, and can resume', async () => {
    const gate = join(sshd.folder, 'gate');
    const command = `touch ${gate}.begun; while [ ! -e ${gate} ]; do sleep 0.1; done`;
    const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));
    const running = spawn(program, ['roll', '--yes', '-w', 'n1,n2', '--', command], {
      env: { ...process.env, ...sshd.env },
    });
    let said = '';
    running.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    running.stdout.resume();
    const over = new Promise<number | null>((resolve) => running.once('close', resolve));
    try {
      await eventually('it is at work', () => existsSync(`${gate}.begun`), 30_000);
      const second = await muster(['roll', '--yes', '-w', 'n1', '--', 'true'], { env: sshd.env });
      expect(second.code).toBe(7);
      const shown = await muster(['unlock', 'n1'], { env: sshd.env });
      expect([shown.code, shown.stdout]).toEqual([
        7,
        expect.stringMatching(/^n1: locked by .* since .*: touch/),
      ]);
      const taken = await muster(['unlock', '--yes', 'n1'], { env: sshd.env });
      expect([taken.code, taken.stdout]).toEqual([0, expect.stringMatching(/^n1: unlocked, was locked by /)]);
      expect((await muster(['unlock', 'n1'], { env: sshd.env })).stdout).toBe('n1: not locked\n');
      await eventually('it was told', () => said.includes('it was taken away (muster unlock); holding'));
      writeFileSync(gate, '');
      expect(await over).toBe(4);
    } finally {
      running.kill('SIGKILL');
    }
    const resumed = await muster(['runs', 'resume'], { env: sshd.env });
    expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringMatching(/done +n\[1-2\] \(2\)/)]);
  });
});

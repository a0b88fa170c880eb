import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/muster.ts';
import { findNewerOpenSsh } from '../support/newer-openssh.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const newer = await findNewerOpenSsh();

describe.skipIf(newer === undefined)(`with ${newer?.version ?? 'a newer OpenSSH'}`, () => {
  it('every SSH test holds, its sshd, ssh and agent in the place of the machine’s own', async () => {
    const vitest = `${root}node_modules/vitest/vitest.mjs`;
    const { stdout, stderr, code } = await runProgram(
      `${root}bin/node`,
      [
        vitest,
        'run',
        '--config',
        'test/vitest.config.ts',
        '--project',
        'integration',
        'test/integration/ssh',
        '--retry',
        '1',
      ],
      { cwd: root, env: { PATH: `${newer!.bin}:${process.env['PATH']}`, VITEST: undefined } },
    );
    process.stdout.write(stdout);

    expect(stderr).not.toContain('FAIL');
    expect(code).toBe(0);
  });
});

import { fileURLToPath } from 'node:url';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('few open files', () => {
  let server: TestSshd;

  beforeAll(async () => {
    server = await startSshd({ nodes: 100 });
  });
  afterAll(async () => {
    await server.stop();
  });

  const limited = (files: number, args: readonly string[]) =>
    runProgram('/bin/sh', ['-c', `ulimit -n ${files}; exec "$0" "$@"`, program, ...args], {
      env: { ...server.env, NO_COLOR: '1' },
    });

  it('100 nodes with files for output under a limit of 150, however many are asked for at once', async () => {
    const outdir = join(server.folder, 'out');
    const { stdout, stderr, code } = await limited(150, [
      '-bf1000',
      `--outdir=${outdir}`,
      `--errdir=${join(server.folder, 'err')}`,
      '-wn[1-100]',
      'echo same',
    ]);

    expect(stderr).toBe('muster: at most 12 nodes at once: this process may open 150 files (ulimit -n)\n');
    expect(stdout).toBe('---------------\nn[1-100] (100)\n---------------\nsame\n');
    expect(code).toBe(0);
    expect(readdirSync(outdir)).toHaveLength(100);
  });

  it('the journal and the nodes under a limit of 48', async () => {
    const { stdout, code } = await limited(48, ['-bw', 'n[1-12]', 'echo same']);
    const listed = await limited(48, ['runs', 'list', '--json']);

    expect([stdout.split('\n')[1], code]).toEqual(['n[1-12] (12)', 0]);
    expect(listed.code).toBe(0);
    expect(listed.stdout).toContain('echo same');
  });
});

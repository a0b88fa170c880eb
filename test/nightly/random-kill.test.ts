import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../support/muster.ts';
import { findTool } from '../support/require-tool.ts';
import { startSshd, type TestSshd } from '../support/sshd.ts';

const kills = Number(process.env['MUSTER_NIGHTLY_KILLS'] ?? 50);
const program = fileURLToPath(new URL('../../bin/muster', import.meta.url));

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('runs and copies killed at random', () => {
  let server: TestSshd;

  beforeAll(async () => {
    server = await startSshd({ nodes: 5 });
  });
  afterAll(async () => {
    await server.stop();
  });

  /** Starts muster and kills it by SIGKILL after a random time, unless it has ended. */
  async function killedAfter(limitMs: number, args: readonly string[]): Promise<boolean> {
    const child = spawn(program, args, { env: { ...process.env, ...server.env }, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * limitMs);
    const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)));
    clearTimeout(timer);
    return signal === 'SIGKILL';
  }

  it('leave a journal that can be read, whenever they are killed', async () => {
    let killed = 0;
    for (let round = 0; round < kills; round += 1) {
      if (await killedAfter(1500, ['-f', '2', '-w', 'n[1-5]', 'echo x; sleep 0.2'])) killed += 1;
      const listed = await muster(['runs', 'list', '--json'], { env: server.env });

      expect([listed.code, listed.stderr]).toEqual([0, '']);
      if (!listed.stdout.includes('"id"')) continue;
      const shown = await muster(['runs', 'show', 'last', '--json'], { env: server.env });
      expect([shown.code, shown.stderr]).toEqual([0, '']);
      expect(JSON.parse(shown.stdout)).toMatchObject({
        state: expect.stringMatching(/finished|interrupted/),
      });
    }
    expect(killed).toBeGreaterThan(0);
  });

  it('leave whole files only, whenever they are killed', async () => {
    const from = join(server.folder, 'from');
    const to = join(server.folder, 'to');
    mkdirSync(from);
    const old = Buffer.alloc(1_000_000, 'o');
    const fresh = Buffer.alloc(30_000_000, 'n');
    writeFileSync(join(from, 'big'), fresh);
    writeFileSync(join(from, 'small'), 'small');
    let killed = 0;
    for (let round = 0; round < kills; round += 1) {
      rmSync(to, { recursive: true, force: true });
      mkdirSync(to);
      writeFileSync(join(to, 'big'), old);
      if (await killedAfter(1500, ['copy', '-w', 'n1', `${from}/.`, '--dest', to])) killed += 1;
      const big = readFileSync(join(to, 'big'));

      expect(big.equals(old) || big.equals(fresh)).toBe(true);
      const small = existsSync(join(to, 'small')) ? readFileSync(join(to, 'small'), 'utf8') : undefined;
      expect([undefined, 'small']).toContain(small);
    }
    expect(killed).toBeGreaterThan(0);
  });
});

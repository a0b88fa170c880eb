import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster, runProgram } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

/** Moments at which the process may end, in the run of one step; see StepContext.boundary. */
const boundariesAStep = 5;

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('a rolling run that is killed', () => {
  // one for each that runs at the same time: nodes are locked
  let sshds: TestSshd[];

  beforeAll(async () => {
    sshds = await Promise.all([startSshd(), startSshd(), startSshd()]);
  });
  afterAll(() => Promise.all(sshds.map((sshd) => sshd.stop())));

  /** A home of its own, a file for what happened, and a workflow that writes there. */
  function prepare(name: string, sshd: TestSshd) {
    const folder = join(sshd.folder, name);
    mkdirSync(folder);
    const effects = join(folder, 'effects');
    writeFileSync(effects, '');
    const file = join(folder, 'workflow.yaml');
    writeFileSync(
      file,
      [
        'name: two steps',
        'steps:',
        '  - id: first',
        `    run: echo "first $MUSTER_NODE" >>${effects}`,
        '  - id: second',
        `    run: sleep 0.2; echo "second $MUSTER_NODE" >>${effects}`,
        '',
      ].join('\n'),
    );
    const env = { ...sshd.env, XDG_STATE_HOME: join(folder, 'state') };
    return { file, env, effects: () => readFileSync(effects, 'utf8').trim().split('\n').filter(Boolean) };
  }

  const expected = ['first n2', 'second n2', 'first n1', 'second n1'];
  const deaths = Array.from({ length: 2 * 2 * boundariesAStep }, (_, index) => index + 1);

  it(
    'ends as one that was not, each effect exactly once, wherever it was killed',
    { timeout: 600_000 },
    async () => {
      const next = deaths.values();
      const worker = async (sshd: TestSshd): Promise<void> => {
        for (const death of next) {
          const { file, env, effects } = prepare(`death-${death}`, sshd);

          const killed = await muster(['roll', '--yes', file, 'n2,n1'], {
            env: { ...env, MUSTER_DIE_AT: String(death) },
          });
          expect(killed.signal, `death ${death}: ${killed.stderr}`).toBe('SIGKILL');

          const resumed = await muster(['runs', 'resume'], { env });
          expect(`death ${death}: ${resumed.code} ${resumed.stderr.replace(/^run .*\n/, '')}`).toBe(
            `death ${death}: 0 `,
          );
          expect(effects(), `death ${death}`).toEqual(expected);
        }
      };
      await Promise.all(sshds.map(worker));
    },
  );

  it('is taken up by a newer muster, which the journal names', async () => {
    const { file, env, effects } = prepare('upgraded', sshds[0]!);
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    // the same program under another version, as after an upgrade
    const upgraded = join(sshds[0]!.folder, 'newer-muster');
    mkdirSync(upgraded);
    for (const part of ['bin', 'dist']) cpSync(join(root, part), join(upgraded, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(upgraded, 'node_modules'));
    // the version stands in the bundle, whose parts are found by their place: it must keep its length
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const newVersion = version.replaceAll(/\d/g, '9');
    rmSync(join(upgraded, 'dist/cache'), { recursive: true });
    for (const part of readdirSync(join(upgraded, 'dist/lib'))) {
      const path = join(upgraded, 'dist/lib', part);
      writeFileSync(
        path,
        readFileSync(path, 'latin1').replaceAll(`"${version}"`, `"${newVersion}"`),
        'latin1',
      );
    }

    const killed = await muster(['roll', '--yes', file, 'n2,n1'], { env: { ...env, MUSTER_DIE_AT: '7' } });
    expect(killed.signal).toBe('SIGKILL');
    const newer = join(upgraded, 'bin/muster');
    expect((await runProgram(newer, ['--version'])).stdout).toContain(`muster ${newVersion} `);
    const resumed = await runProgram(newer, ['runs', 'resume'], { env });

    expect(resumed.code).toBe(0);
    expect(effects()).toEqual(expected);
    const runs = join(env.XDG_STATE_HOME, 'muster/runs');
    const journal = readdirSync(runs).find((name) => name.endsWith('.jsonl'))!;
    expect(readFileSync(join(runs, journal), 'utf8')).toMatch(
      new RegExp(`"type":"resumed".*"musterVersion":"${newVersion}"`),
    );
    // and what it wrote can be read by the one before
    expect((await muster(['runs', 'show', 'last'], { env })).code).toBe(0);
  });

  it('may be killed again and again, also in a resume', { timeout: 300_000 }, async () => {
    const { file, env, effects } = prepare('many-deaths', sshds[0]!);
    let { signal } = await muster(['roll', '--yes', file, 'n2,n1'], { env: { ...env, MUSTER_DIE_AT: '2' } });
    let deaths = 0;
    while (signal === 'SIGKILL' && deaths < 30) {
      deaths += 1;
      const { signal: again } = await muster(['runs', 'resume'], { env: { ...env, MUSTER_DIE_AT: '4' } });
      signal = again;
    }

    expect(deaths).toBeGreaterThan(2);
    expect(effects()).toEqual(expected);
    const { stdout } = await muster(['runs', 'show', 'last', '--json'], { env });
    const run = JSON.parse(stdout) as { state: string; end: { exitCode: number } };
    expect([run.state, run.end.exitCode]).toEqual(['finished', 0]);
  });
});

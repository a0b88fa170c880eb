import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../../support/muster.ts';
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

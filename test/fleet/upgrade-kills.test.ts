import { beforeEach, expect, test } from 'vitest';
import { newestJournal } from './journal-lines.ts';
import { fleetOfFile } from './upgrade-of-file.ts';

const host = fleetOfFile(1);

beforeEach(async () => {
  await host.reset();
}, 120_000);

// Without proxies: drained by Patroni's tag, in a file of Patroni's own.
const args = ['--soak', '0', '@cluster:69'];

interface Kill {
  readonly at: string;
  /** Records in the journal then. */
  readonly records: number;
}

/** Runs muster until it kills itself at a boundary: `after-effect:2` is the second of that name. */
async function killAt(words: readonly string[], at: string): Promise<Kill> {
  const { signal, code, stdout, stderr } = await host.muster(words, { MUSTER_DIE_AT: at });
  expect(`${at}: ${signal} ${code} ${signal === null ? stdout + stderr : ''}`).toBe(`${at}: SIGKILL null `);
  return { at, records: newestJournal(host.state).length };
}

/** Step and boundary of each kill, by what the journal says before it, or after it. */
function places(kills: readonly Kill[]): string[] {
  const lines = newestJournal(host.state);
  return kills.map(({ at, records }) => {
    const [boundary] = at.split(':');
    const isStep = ({ type }: { type: string }) => type === 'intent' || type === 'result';
    const line =
      boundary === 'before-intent'
        ? lines.slice(records).find(isStep)
        : lines.slice(0, records).findLast(isStep);
    return `${line!.step} ${boundary}`;
  });
}

const moments = ['before-intent', 'after-intent', 'after-effect', 'after-result'];
/** A job on the node has begun: of steps that are commands. */
const jobMoments = [...moments.slice(0, 2), 'after-start', ...moments.slice(2)];

test('killed at every boundary of staging: nothing is installed, a resume ends it', async () => {
  for (const moment of jobMoments) {
    const kill = await killAt(['upgrade', 'run', '--yes', '--download-only', ...args], `${moment}:1`);
    const done = await host.muster(['upgrade', 'resume']);
    expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
    expect(places([kill])).toEqual([`stage ${moment}`]);
  }
  for (const { name } of host.fleet.cluster('69').members) expect(await host.installs(name)).toBe(0);
});

/** On the first replica, the second, at the switchover, on the old leader, at the switch-back. */
const plan = [
  'before-intent:4', // drain: three stages come first
  'after-intent:1',
  'after-effect:1',
  'before-intent:2', // install: the drain, in doubt, is made once more
  'after-intent:1',
  'after-start:1',
  'before-intent:1', // restart
  'after-intent:1',
  'after-effect:1',
  'before-intent:1', // undrain
  'after-intent:1',
  'after-effect:1',
  'after-result:1',
  'after-result:1', // drain
  'after-effect:1', // install
  'after-result:1', // restart
  'before-intent:3', // switchover, after undrain and switch-drain
  'after-intent:1',
  'after-effect:1',
  'after-result:2', // install, after drain
  'after-result:4', // switch-back, after restart, undrain and switch-back-drain
];

test('killed at every boundary of every kind of step: the same end, no step twice', async () => {
  const { fleet } = host;
  const [first, candidate] = (await host.order(args)) as [string, string];
  const leader = (await fleet.leader('69'))!;
  const ask = (command: string) =>
    Promise.all([first, candidate, leader].map(async (name) => (await fleet.exec(name, command)).stdout));
  const config = 'cat /etc/patroni/config.yml; stat -c %a%U /etc/patroni/config.yml';
  const before = await ask(config);

  const kills: Kill[] = [];
  for (const at of plan) {
    const words = kills.length === 0 ? ['run', '--yes', '--switchback', ...args] : ['resume'];
    kills.push(await killAt(['upgrade', ...words], at));
  }
  const done = await host.muster(['upgrade', 'resume']);
  expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);

  const steps = ['drain', 'restart', 'undrain', 'switchover'];
  const wanted = [
    ...steps.flatMap((step) => moments.map((moment) => `${step} ${moment}`)),
    ...jobMoments.map((moment) => `install ${moment}`),
  ].filter((place) => place !== 'switchover after-result');
  expect(new Set(places(kills))).toEqual(new Set([...wanted, 'switch-backover after-result']));

  expect(await fleet.waitForCluster('69')).toBe(leader);
  expect(await host.running('69')).toEqual(['15.20', '15.20', '15.20']);
  expect(await ask(config)).toEqual(before);
  expect(await ask("grep -c ' upgrade postgresql-15:' /var/log/dpkg.log")).toEqual(['1\n', '1\n', '1\n']);
  // The candidate's server started a second time when it gave the leadership back: so Patroni demotes.
  expect(await ask("journalctl -u patroni -o cat | grep -c 'starting PostgreSQL 15.20'")).toEqual([
    '1\n',
    '2\n',
    '1\n',
  ]);
  const shown = await host.muster(['runs', 'show', 'last', '--json']);
  expect((JSON.parse(shown.stdout) as { state: string }).state).toBe('finished');
});

test('an abort that is killed is gone on with by another', async () => {
  const [first] = (await host.order(args)) as [string];
  await killAt(['upgrade', 'run', '--yes', ...args], 'before-intent:5');
  const tags = async () =>
    (await host.fleet.exec(first, 'grep noloadbalance /etc/patroni/config.yml')).stdout;
  expect(await tags()).not.toBe('');
  for (const moment of ['after-intent', 'after-effect']) await killAt(['upgrade', 'abort'], `${moment}:1`);
  const aborted = await host.muster(['upgrade', 'abort']);
  expect([aborted.code, aborted.stdout]).toEqual([0, expect.stringContaining('taken back')]);
  expect([await tags(), await host.installs(first)]).toEqual(['', 0]);
  const again = await host.muster(['upgrade', 'abort']);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('no rolling run waits')]);
});

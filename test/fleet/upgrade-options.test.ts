import { beforeEach, expect, test } from 'vitest';
import { musterProgram, runProgram } from '../support/muster.ts';
import { newestJournal } from './journal-lines.ts';
import { fleetOfFile } from './upgrade-of-file.ts';

const host = fleetOfFile(2);

beforeEach(async () => {
  await host.reset();
  await host.fleet.waitForFleet();
}, 120_000);

const usual = ['--proxies', '@haproxy', '--soak', '0'];
const upgraded = ['15.20', '15.20', '15.20'];

/** What the newest run began, in order, by its journal. */
const intents = () => newestJournal(host.state).filter(({ type }) => type === 'intent');

test('--download-only stages; --batch does one cluster first; --switchback gives the leadership back', async () => {
  const { fleet } = host;
  const leaders = [await fleet.leader('69'), await fleet.leader('70')];
  const staged = await host.muster(['upgrade', 'run', '--yes', '--download-only', ...usual, '@patroni']);
  expect([staged.code, staged.stdout]).toEqual([0, expect.stringMatching(/done +pg\S+ \(6\)/)]);
  for (const { name } of fleet.plan.clusters.flatMap(({ members }) => members)) {
    expect([name, await host.installs(name), await host.isDrained(name)]).toEqual([name, 0, false]);
    const kept = await fleet.exec(name, 'ls /var/cache/apt/archives/*15.20*.deb /var/cache/muster/rollback');
    expect(kept.stdout).toMatch(/postgresql-15_15\.18/);
  }
  expect(new Set(intents().map(({ step }) => step))).toEqual(new Set(['stage']));

  const done = await host.muster([
    'upgrade',
    'run',
    '--yes',
    '--batch',
    '1,100%',
    '--switchback',
    ...usual,
    '@patroni',
  ]);

  expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
  expect([await host.running('69'), await host.running('70')]).toEqual([upgraded, upgraded]);
  expect([await fleet.leader('69'), await fleet.leader('70')]).toEqual(leaders);
  const began = intents().filter(({ step }) => step !== 'stage');
  const first = began.findIndex(({ lane }) => lane === 'pg70');
  expect(first).toBeGreaterThan(0);
  expect(began.slice(first).every(({ lane }) => lane === 'pg70')).toBe(true);
  for (const lane of ['pg69', 'pg70']) {
    const steps = began.filter((one) => one.lane === lane).map(({ step }) => step);
    expect(steps.filter((step) => /^switch.*over$/.test(step))).toEqual(['switchover', 'switch-backover']);
    expect(steps.slice(-2)).toEqual(['switch-backover', 'switch-back-undrain']);
  }
  await fleet.waitForFleet();
});

test('--window: when it closes the run holds between two nodes; when it is open again the run goes on', async () => {
  const order = await host.order([...usual, '@cluster:69']);
  const window = 'Tue 21:00-23:00 UTC';
  /** muster on a machine whose clock says so. */
  const at = (time: string, ...args: string[]) =>
    runProgram('faketime', ['-f', `@${time}`, musterProgram, 'upgrade', ...args], {
      env: { ...host.environment, TZ: 'UTC', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    });
  // A plan and its first node begin within 25 s; with that soak no node is done before the window closes.
  const slow = ['--proxies', '@haproxy', '--soak', '20s', '--node-timeout', '60s'];
  const held = await at('2026-12-01 22:59:35', 'run', '--yes', '--window', window, ...slow, '@cluster:69');
  expect([held.code, held.stdout]).toEqual([
    4,
    expect.stringContaining(`stopped: outside the window ${window}; it opens on Tue 21:00`),
  ]);
  expect(held.stdout).toContain('To go on: muster ');
  expect(await host.installs(order[1]!)).toBe(0);
  for (const node of order) expect(await host.isDrained(node)).toBe(false);

  const early = await at('2026-12-08 20:59:00', 'resume');
  expect([early.code, early.stdout]).toEqual([4, expect.stringContaining('outside the window')]);
  expect(await host.installs(order[1]!)).toBe(0);

  const done = await at('2026-12-08 21:00:01', 'resume');
  expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
  expect(await host.running('69')).toEqual(upgraded);
  for (const node of order) expect(await host.installs(node)).toBe(1);
});

test('servers that give two sessions a connection, one of them for the lock', async () => {
  const members = host.fleet.cluster('69').members.map(({ name }) => name);
  for (const name of members)
    await host.fleet.exec(name, "sed -i '1i MaxSessions 2' /etc/ssh/sshd_config && systemctl restart ssh");

  const done = await host.muster(['upgrade', 'run', '--yes', ...usual, '@cluster:69']);

  expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
  // What watches gives its session to what acts.
  expect(done.stdout).toContain('pg69 not measured');
  expect(await host.running('69')).toEqual(upgraded);
});

import { describe, expect, test } from 'vitest';
import type { ProgramResult } from '../support/muster.ts';
import { breakArchiving, goOnReplaying, mendArchiving, stopReplay } from './disturb.ts';
import { newVersions, upgradeArgs, upgradeOfFile } from './upgrade-of-file.ts';
import { notYet, waitFor } from './wait-for.ts';

const upgrade = upgradeOfFile();
const { host, run, resume } = upgrade;

/** Up to the switchover, which is not begun. */
async function replicasDone(...more: string[]): Promise<void> {
  const held = await host.muster([
    'upgrade',
    'run',
    '--yes',
    '--supervised-primary',
    ...more,
    ...upgradeArgs,
  ]);
  expect([held.code, held.stdout]).toEqual([4, expect.stringContaining('stopped before the switchover')]);
}

/** What is left when a switchover did not come to pass, and that the next command is said. */
async function expectNoSwitchover({ code, stdout }: ProgramResult, why: RegExp): Promise<void> {
  const { leader, order } = upgrade;
  expect([code, stdout]).toEqual([4, expect.stringMatching(/stopped: .*no switchover: /)]);
  expect(stdout).toMatch(why);
  expect(stdout).toContain(`All replicas are upgraded, ${leader} leads on with the old version.`);
  expect(stdout).toContain('muster upgrade resume');
  expect(await host.fleet.leader('69')).toBe(leader);
  for (const node of [...order, leader]) {
    const version = await host.fleet.sql(node, 'show server_version');
    expect([node, version.split(' ')[0]]).toEqual([node, node === leader ? '15.18' : '15.20']);
    expect([node, await host.isDrained(node)]).toEqual([node, false]);
  }
}

/** Goes on to the end; gives what runs then. */
async function goOn(): Promise<string[]> {
  const done = await resume();
  expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 [\s\S]*nobody took writes: pg69 \d/);
  for (const { name: node } of host.fleet.cluster('69').members)
    expect([await host.installs(node), await host.isDrained(node)]).toEqual([1, false]);
  await host.fleet.waitForFleet();
  return host.running('69');
}

describe('the next node is not touched', () => {
  test('while a replica lags: the one that is done serves, the other runs the old version', async () => {
    const { leader, order } = upgrade;
    const [first, second] = order;
    await run({ MUSTER_DIE_AT: 'before-intent:8' });
    await stopReplay(host.fleet, second, leader);
    const stopped = await resume();
    await goOnReplaying(host.fleet, second);
    expect([stopped.code, stopped.stdout]).toEqual([
      4,
      expect.stringMatching(`stopped: ${second}: .*cluster pg69 is not healthy: .*${second} lags by .* MB`),
    ]);
    expect(stopped.stdout).toContain('Nothing more is touched.');
    expect([await host.installs(first), await host.installs(second), await host.installs(leader)]).toEqual([
      1, 0, 0,
    ]);
    expect([await host.isDrained(first), await host.isDrained(second)]).toEqual([false, false]);
    await host.waitUntilOk();
    expect(await goOn()).toEqual(newVersions);
  });

  test('when another member leads: abort gives clients back, a new plan ends it', async () => {
    const { leader, order } = upgrade;
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    await host.fleet.stop(leader);
    await waitFor('somebody else leads', { within: 60_000 }, async () => {
      const now = await host.fleet.leader('69');
      return (now !== undefined && now !== leader) || notYet(`leader ${now}`);
    });
    const stopped = await resume();
    expect([stopped.code, stopped.stdout]).toEqual([4, expect.stringContaining(`${leader} does not answer`)]);
    await host.fleet.start(leader);
    await host.waitUntilOk();
    const changed = await resume();
    expect([changed.code, changed.stdout]).toEqual([4, expect.stringContaining('plan anew')]);
    expect(changed.stdout).toContain(`leads, ${leader} was planned to`);
    expect(changed.stdout).toMatch(/To end the run: muster upgrade abort \S+\n$/);
    expect(changed.stdout).not.toContain('To go on: ');
    const aborted = await host.muster(['upgrade', 'abort']);
    expect(aborted.code).toBe(0);
    for (const node of [...order, leader]) expect(await host.isDrained(node)).toBe(false);
    await host.fleet.waitForFleet();
    const done = await host.muster(['upgrade', 'run', '--yes', '--refresh', ...upgradeArgs]);
    expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
    expect(await host.running('69')).toEqual(newVersions);
  });
});

describe('there is no switchover', () => {
  test('when somebody else leads than was planned: it is said who, and that this plan is over', async () => {
    const { leader, order } = upgrade;
    await replicasDone();
    // By hand, to another than the plan's candidate, who is the last.
    const [other] = order;
    const body = { leader, candidate: other };
    await host.fleet.patroniRest(leader, '/switchover', { method: 'POST', body });
    await host.waitUntilOk();
    await host.fleet.stop(leader);
    const away = await resume();
    expect([away.code, away.stdout]).toEqual([4, expect.stringContaining(`${leader} does not answer`)]);
    expect(away.stdout).toContain(`All replicas are upgraded, ${other} leads now.`);
    await host.fleet.start(leader);
    await host.waitUntilOk();
    const back = await resume();
    expect([back.code, back.stdout]).toEqual([4, expect.stringContaining(`${other} leads, ${leader} was`)]);
    expect(back.stdout).toMatch(/To end the run: muster upgrade abort \S+\n$/);
    expect((await host.muster(['upgrade', 'abort'])).code).toBe(0);
    const done = await host.muster(['upgrade', 'run', '--yes', '--refresh', ...upgradeArgs]);
    expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
    expect(await host.running('69')).toEqual(newVersions);
  });

  test('while the archiver fails', async () => {
    const { leader } = upgrade;
    await replicasDone();
    await breakArchiving(host.fleet, leader);
    await expectNoSwitchover(await resume(), /archiving fails: a leader that stops waits for it/);
    await mendArchiving(host.fleet, leader);
    expect(await goOn()).toEqual(newVersions);
  });

  test('while a long transaction runs', async () => {
    const { leader } = upgrade;
    await replicasDone('--max-xact', '5s');
    const session = host.fleet
      .sql(leader, "set application_name to 'report'; select pg_sleep(300)")
      .catch(() => 'ended');
    await waitFor('it is long', { within: 60_000 }, async () => {
      const age = await host.fleet.sql(
        leader,
        "select now() - xact_start > '6 s' from pg_stat_activity where application_name = 'report'",
      );
      return age === 't' || notYet(age);
    });
    await expectNoSwitchover(
      await resume(),
      new RegExp(`a transaction of \\d+ s on ${leader} \\(pid \\d+, report\\)`),
    );
    await host.fleet.sql(
      leader,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'report'",
    );
    expect(await session).toBe('ended');
    expect(await goOn()).toEqual(newVersions);
  });

  test('while one is scheduled, nor in a pause', async () => {
    const { leader, order } = upgrade;
    const pause = (on: true | null) =>
      host.fleet.patroniRest(leader, '/config', { method: 'PATCH', body: { pause: on } });
    await replicasDone();
    const scheduled = { leader, candidate: order[0], scheduled_at: '2099-01-01T00:00:00+00:00' };
    await host.fleet.patroniRest(leader, '/switchover', { method: 'POST', body: scheduled });
    await pause(true);
    const stopped = await resume();
    await expectNoSwitchover(stopped, /a switchover is scheduled for 2099/);
    expect(stopped.stdout).toContain('the cluster is paused (patronictl resume pg69)');
    await host.fleet.patroniRest(leader, '/switchover', { method: 'DELETE' });
    await pause(null);
    await host.waitUntilOk();
    // Killed when readers were led away from who leads next, and from the leader.
    await resume({ MUSTER_DIE_AT: 'after-effect:2' });
    const drained = () => Promise.all([...order, leader].map((node) => host.isDrained(node)));
    expect(await drained()).toEqual([false, true, true]);
    // What fails before the switchover lets them in again.
    await pause(true);
    expect((await resume()).code).toBe(4);
    expect(await drained()).toEqual([false, false, false]);
    await pause(null);
    await host.waitUntilOk();
    expect(await goOn()).toEqual(newVersions);
  });
});

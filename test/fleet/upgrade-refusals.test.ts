import { beforeEach, describe, expect, test } from 'vitest';
import { breakArchiving, goOnReplaying, mendArchiving, stopReplay } from './disturb.ts';
import { everythingThatIs } from './everything-that-is.ts';
import { holdDpkg, releaseDpkg, usual } from './upgrade-fleet.ts';
import { fleetOfFile } from './upgrade-of-file.ts';
import { notYet, waitFor } from './wait-for.ts';

const host = fleetOfFile(1);
let leader: string;
let node: string;

beforeEach(async () => {
  leader = await host.fleet.waitForCluster('69');
  node = host.fleet.cluster('69').members.find(({ name }) => name !== leader)!.name;
}, 120_000);

const args = [...usual, '@cluster:69'];
const nextWord = 'refused, nothing was changed. Mend it, or go on in spite of a check: --waive';

/** Checks that refuse, as a run that would have begun names them. */
async function refused(): Promise<string[]> {
  const plan = await host.muster(['upgrade', 'plan', ...args]);
  expect([plan.code, plan.stdout]).toEqual([3, expect.stringContaining(nextWord)]);
  const { code, stdout, stderr } = await host.muster(['upgrade', 'run', '--yes', ...args]);
  expect([code, stdout, stderr]).toEqual([3, expect.stringContaining(nextWord), '']);
  expect(await host.running('69')).toEqual(['15.18', '15.18', '15.18']);
  return stdout.split('\n').filter((line) => line.includes(' refused: '));
}

/** Mends also when the work failed. */
async function andThen<T>(work: Promise<T>, mend: () => Promise<unknown>): Promise<T> {
  try {
    return await work;
  } finally {
    await mend();
  }
}

/** Waits until muster refuses for the reason, and for nothing else. */
function refusedFor(reason: RegExp): Promise<string> {
  return waitFor(`muster refuses for ${reason}`, { within: 60_000 }, async () => {
    const found = await refused().catch(() => []);
    return found.length === 1 && reason.test(found[0]!) ? found[0]! : notYet(found.join('\n'));
  });
}

async function planIsFine(): Promise<void> {
  await waitFor('nothing refuses', { within: 90_000 }, async () => {
    const { code, stdout } = await host.muster(['upgrade', 'plan', ...args]);
    return code === 0 || notYet(stdout);
  });
}

describe('refused before anything is touched, and fine when it is mended', () => {
  test.each([
    ['P17', 'apt-mark hold postgresql-15', 'apt-mark unhold postgresql-15', 'postgresql-15 is on hold'],
    ['P19', holdDpkg, releaseDpkg, 'lock-frontend is held'],
    [
      'P21',
      'mkdir -p /etc/postgresql/15/main && echo auto >/etc/postgresql/15/main/start.conf',
      'rm -r /etc/postgresql/15',
      'start.conf says auto',
    ],
  ])('%s', async (id, inject, mend, says) => {
    await host.fleet.exec(node, inject);
    const found = await andThen(refused(), () => host.fleet.exec(node, mend));
    expect(found).toEqual([expect.stringMatching(new RegExp(`${id} refused: ${node}: .*${says}`))]);
    await planIsFine();
  });

  test('P30 a full disk', async () => {
    await host.fleet.setFreeSpace(node, 4 * 1024 * 1024);
    const found = await andThen(refused(), () => host.fleet.setFreeSpace(node));
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`P30 refused: ${node}: 4.* free`)));
  });

  test('P12 an archiver that fails', async () => {
    await breakArchiving(host.fleet, leader);
    expect(await refusedFor(/P12 refused: archiving fails: a leader that stops waits for it/)).toContain(
      'refused: ',
    );
    await mendArchiving(host.fleet, leader);
    await planIsFine();
  });

  test('P06 a replica that lags', async () => {
    await stopReplay(host.fleet, node, leader);
    const found = await andThen(refused(), () => goOnReplaying(host.fleet, node));
    expect(found).toContainEqual(
      expect.stringMatching(`P06 refused: ${node} lags by .* MB, more than 16 MB`),
    );
    await planIsFine();
  });

  test('P03 a paused cluster, P04 a scheduled switchover', async () => {
    const pause = (on: true | null) =>
      host.fleet.patroniRest(leader, '/config', { method: 'PATCH', body: { pause: on } });
    await pause(true);
    expect(await refusedFor(/P03 refused: the cluster is paused \(patronictl resume pg69\)/)).toContain(
      'refused: ',
    );
    await pause(null);
    await planIsFine();
    const scheduled = { leader, candidate: node, scheduled_at: '2099-01-01T00:00:00+00:00' };
    await host.fleet.patroniRest(leader, '/switchover', { method: 'POST', body: scheduled });
    expect(
      await refusedFor(/P04 refused: a switchover is scheduled for 2099.*patronictl flush pg69 switchover/),
    ).toContain('refused: ');
    await host.fleet.patroniRest(leader, '/switchover', { method: 'DELETE' });
    await planIsFine();
  });

  test('P16 a repository that does not answer one host, which so would stay old', async () => {
    const plan = (...more: string[]) => host.muster(['upgrade', 'plan', ...more, ...args]);
    await host.fleet.exec(node, 'mount -t tmpfs none /srv/repository/security');
    try {
      const asked = await plan('--refresh');
      expect([asked.code, asked.stderr]).toEqual([
        3,
        expect.stringContaining(`${node}: E: Some index files`),
      ]);
      expect(await refused()).toEqual([
        expect.stringContaining(`P16 refused: ${node} has 15.18 and is offered nothing newer`),
      ]);
    } finally {
      await host.fleet.exec(node, 'umount /srv/repository/security');
    }
    expect((await plan('--refresh')).code).toBe(0);
  });

  test('P01 an unplugged host', async () => {
    await host.fleet.unplug(node);
    const { code, stdout, stderr } = await andThen(
      host.muster(['upgrade', 'run', '--yes', '-t', '3', ...args]),
      () => host.fleet.plug(node),
    );
    expect([code, stdout + stderr]).toEqual([3, expect.stringContaining(node)]);
    await planIsFine();
  });

  test('P32 a closed window; a long transaction is only a warning yet', async () => {
    const tomorrow = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][(new Date().getUTCDay() + 2) % 7];
    const closed = await host.muster([
      'upgrade',
      'run',
      '--yes',
      '--window',
      `${tomorrow} 21:00-05:00 UTC`,
      ...args,
    ]);
    expect([closed.code, closed.stdout]).toEqual([
      3,
      expect.stringMatching(/P32 refused: outside the window/),
    ]);
    const session = host.fleet
      .sql(leader, "set application_name to 'report'; select pg_sleep(20)")
      .catch(() => {});
    await waitFor('the transaction is old', { within: 15_000 }, async () => {
      const { code, stdout } = await host.muster(['upgrade', 'plan', '--max-xact', '2s', ...args]);
      expect(code).toBe(0);
      return /P10 warning: .*a transaction of \d+ s .*report/.test(stdout) || notYet(stdout);
    });
    await host.fleet.sql(
      leader,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'report'",
    );
    await session;
  });

  test('--waive goes on in spite of a check, with a reason', async () => {
    await host.fleet.exec(node, 'apt-mark hold postgresql-15');
    const waived = await andThen(
      host.muster(['upgrade', 'plan', '--waive', 'P17=knows better', ...args]),
      () => host.fleet.exec(node, 'apt-mark unhold postgresql-15'),
    );
    expect(waived.stdout).toContain('(waived: knows better)');
    const nonsense = await host.muster(['upgrade', 'plan', '--waive', 'P99=x', ...args]);
    expect([nonsense.code, nonsense.stderr]).toEqual([
      2,
      expect.stringContaining('not a check and a reason'),
    ]);
  });
});

describe('a dry run', () => {
  test('changes no file, no process, no setting, no proxy, no locks', async () => {
    const before = await everythingThatIs(host.fleet, '69');
    const plan = await host.muster(['upgrade', 'plan', ...args]);
    const dry = await host.muster(['upgrade', 'run', '--dry-run', ...args]);

    expect([plan.code, dry.code]).toEqual([0, 0]);
    expect(await everythingThatIs(host.fleet, '69')).toEqual(before);
  });

  test.each([
    ['a file', 'touch /usr/sbin/policy-rc.d', 'rm /usr/sbin/policy-rc.d'],
    ['a mode', 'chmod 600 /etc/patroni/config.yml', 'chmod 640 /etc/patroni/config.yml'],
    ['a process', 'systemctl restart cron 2>/dev/null || systemctl restart dbus', 'true'],
    [
      'a setting',
      `curl -s -XPATCH -d '{"maximum_lag_on_failover": 1048577}' localhost:8008/config`,
      `curl -s -XPATCH -d '{"maximum_lag_on_failover": 1048576}' localhost:8008/config`,
    ],
  ])('would be told by %s', async (_what, change, back) => {
    const before = await everythingThatIs(host.fleet, '69');
    await host.fleet.exec(node, change);
    const after = await everythingThatIs(host.fleet, '69');
    await host.fleet.exec(node, back);
    expect(after).not.toEqual(before);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { holdDpkg, openUpgradeFleet, releaseDpkg, type UpgradeFleet, usual } from './upgrade-fleet.ts';
import { notYet, waitFor } from './wait-for.ts';

let host: UpgradeFleet;
let leader: string;
let order: string[];
let first: string;

beforeAll(async () => {
  host = await openUpgradeFleet(1);
}, 600_000);

afterAll(async () => {
  await host.close();
});

beforeEach(async () => {
  leader = await host.reset();
  order = await host.order(args);
  first = order[0]!;
}, 120_000);

const args = [...usual, '@cluster:69'];
const old = ['15.18', '15.18', '15.18'];
const upgraded = ['15.20', '15.20', '15.20'];
const run = (env: Record<string, string> = {}) => host.muster(['upgrade', 'run', '--yes', ...args], env);
const resume = (env: Record<string, string> = {}) => host.muster(['upgrade', 'resume'], env);

/** Goes on to the end; nothing was installed twice, and nobody is left drained. */
async function endsWell(): Promise<void> {
  const done = await resume();
  expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
  expect(await host.running('69')).toEqual(upgraded);
  for (const { name } of host.fleet.cluster('69').members) {
    expect([await host.installs(name), await host.isDrained(name)]).toEqual([1, false]);
    const left = await host.fleet.exec(name, 'ls /usr/sbin/policy-rc.d /var/lib/muster/guard 2>/dev/null');
    expect(left.stdout).toBe('');
  }
}

describe('packages that do not come', () => {
  test('a broken repository while staging: nothing is installed anywhere, the cause is said', async () => {
    const broken = order[1]!;
    // The lists are there, the packages are not: as with a mirror in the middle of an update.
    await host.fleet.exec(
      broken,
      'cd /srv/repository/security && mkdir /root/lists && cp -a Packages* Release* /root/lists && mount -t tmpfs none . && cp -a /root/lists/. /srv/repository/security',
    );
    const stopped = await run();
    expect([stopped.code, stopped.stdout]).toEqual([
      4,
      expect.stringMatching(`stopped: ${broken}: download packages.*: .*(Failed to fetch|File not found)`),
    ]);
    expect(stopped.stdout).toContain('muster upgrade resume');
    expect(await host.running('69')).toEqual(old);
    for (const { name } of host.fleet.cluster('69').members)
      expect([await host.installs(name), await host.isDrained(name)]).toEqual([0, false]);
    await host.fleet.exec(broken, 'umount /srv/repository/security');
    await endsWell();
  });

  test('held after the download: apt says so, clients are back, the old server runs', async () => {
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    await host.fleet.exec(first, 'apt-mark hold postgresql-15');
    const stopped = await resume();
    expect([stopped.code, stopped.stdout]).toEqual([4, expect.stringMatching(/[Hh]eld packages/)]);
    expect(stopped.stdout).toContain('apt-mark unhold');
    expect(await host.isDrained(first)).toBe(false);
    expect(await host.running('69')).toEqual(old);
    await host.fleet.exec(first, 'apt-mark unhold postgresql-15');
    await endsWell();
  });

  test("dpkg's lock held for a while is waited for", async () => {
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    await host.fleet.exec(first, holdDpkg);
    const { end } = await host.start(['upgrade', 'resume'], 'wait for its sessions to end: done');
    await waitFor('the install waits', { within: 20_000 }, async () => {
      const { stdout } = await host.fleet.exec(first, 'cat /var/lib/muster/jobs/*/*out* 2>/dev/null');
      return stdout.includes('frontend lock') || notYet(stdout);
    });
    await host.fleet.exec(first, releaseDpkg);
    const { code, text } = await end;
    expect(`${code} ${text}`).toMatch(/^0 /);
    expect([await host.running('69'), await host.installs(first)]).toEqual([upgraded, 1]);
  });
});

describe('a replica that does not come back', () => {
  test('stays drained, nobody else is touched; when it is mended the run goes on', async () => {
    const program = '/usr/lib/postgresql/15/bin/postgres';
    await run({ MUSTER_DIE_AT: 'before-intent:6' });
    expect(await host.installs(first)).toBe(1);
    await host.fleet.exec(
      first,
      `mv ${program} ${program}.away; printf "#!/bin/sh\\nexit 1\\n" >${program}; chmod 755 ${program}`,
    );
    const stopped = await resume();
    expect([stopped.code, stopped.stdout]).toEqual([4, expect.stringContaining(first)]);
    expect(stopped.stdout).toContain('no other node is touched');
    expect(stopped.stdout).toContain(`muster upgrade rollback-node ${first}`);
    expect(await host.isDrained(first)).toBe(true);
    for (const node of [order[1]!, leader])
      expect(await host.fleet.sql(node, 'show server_version')).toContain('15.18');
    await host.fleet.exec(first, `mv ${program}.away ${program}`);
    await host.waitUntilOk();
    await endsWell();
  });
});

describe('a kill between two nodes', () => {
  test('leaves nobody without clients: what a resume drains again is given back again', async () => {
    // After the result of the first replica's last step, before the stage is known to be done.
    await run({ MUSTER_DIE_AT: 'after-result:7' });
    expect([await host.installs(first), await host.isDrained(first)]).toEqual([1, false]);
    await endsWell();
  });
});

describe('two operators', () => {
  test('the second is told who works, and nothing happens', async () => {
    const { end } = await host.start(['upgrade', 'run', '--yes', '--supervised-primary', ...args], 'healthy');
    const second = await run();
    expect([second.code, second.stderr]).toEqual([7, expect.stringMatching(/locked|at work/)]);
    const { code, text } = await end;
    expect([code, text]).toEqual([4, expect.stringContaining('stopped before the switchover')]);
    await endsWell();
  });
});

describe('one node', () => {
  test('goes back to the packages it had, a leader does not', async () => {
    await run();
    const now = await host.fleet.waitForCluster('69');
    const replica = host.fleet
      .cluster('69')
      .members.find(({ name }) => name !== now && name !== leader)!.name;
    const refused = await host.muster(['upgrade', 'rollback-node', '--yes', now]);
    expect([refused.code, await host.fleet.sql(now, 'show server_version')]).toEqual([
      3,
      expect.stringContaining('15.20'),
    ]);
    const done = await host.muster(['upgrade', 'rollback-node', '--yes', replica]);
    expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
    expect(await host.fleet.sql(replica, 'show server_version')).toContain('15.18');
    expect(await host.isDrained(replica)).toBe(false);
    const status = await host.muster(['upgrade', 'status']);
    expect([status.code, status.stdout]).toEqual([0, expect.stringContaining('switchover')]);
    const unlocked = await host.muster(['upgrade', 'unlock', '--yes', replica]);
    expect([unlocked.code, unlocked.stdout]).toEqual([0, `${replica}: not locked\n`]);
  });
});

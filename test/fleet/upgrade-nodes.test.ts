import { describe, expect, test } from 'vitest';
import { holdDpkg, releaseDpkg } from './upgrade-fleet.ts';
import { notYet, waitFor } from './wait-for.ts';
import { newVersions, oldVersions, roomForHalf, upgradeArgs, upgradeOfFile } from './upgrade-of-file.ts';

const upgrade = upgradeOfFile();
const { host, run, resume, endsWell, isUpgraded } = upgrade;

describe('packages that do not come', () => {
  test('a broken repository while staging: nothing is installed anywhere, the cause is said', async () => {
    const { order } = upgrade;
    const broken = order[1];
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
    expect(await host.running('69')).toEqual(oldVersions);
    for (const { name } of host.fleet.cluster('69').members)
      expect([await host.installs(name), await host.isDrained(name)]).toEqual([0, false]);
    await host.fleet.exec(broken, 'umount /srv/repository/security');
    await endsWell();
  });

  test('held after the download: apt says so, clients are back, the old server runs', async () => {
    const { first } = upgrade;
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    await host.fleet.exec(first, 'apt-mark hold postgresql-15');
    const stopped = await resume();
    expect([stopped.code, stopped.stdout]).toEqual([4, expect.stringMatching(/[Hh]eld packages/)]);
    expect(stopped.stdout).toContain('apt-mark unhold');
    expect(await host.isDrained(first)).toBe(false);
    expect(await host.running('69')).toEqual(oldVersions);
    await host.fleet.exec(first, 'apt-mark unhold postgresql-15');
    await endsWell();
  });

  test("dpkg's lock held for a while is waited for", async () => {
    const { first } = upgrade;
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    await host.fleet.exec(first, holdDpkg);
    const { end } = await host.start(['upgrade', 'resume'], 'wait for its sessions to end: done');
    await host.installWaits(first);
    await host.fleet.exec(first, releaseDpkg);
    const { code, text } = await end;
    expect(`${code} ${text}`).toMatch(/^0 /);
    expect([await host.running('69'), await host.installs(first)]).toEqual([newVersions, 1]);
  });
});

describe('packages that are half unpacked when the run is given up', () => {
  test('are refused by the next plan, and unpacked anew where that is waived', async () => {
    const { first } = upgrade;
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    const stopped = await host.resumeOnFullDisk(first, roomForHalf);
    expect([stopped.code, stopped.text]).toEqual([4, expect.stringContaining('No space left on device')]);
    expect((await host.muster(['upgrade', 'abort'])).code).toBe(0);
    await host.fleet.setFreeSpace(first);
    // What a person would try: it configures the client, and passes over the server.
    await host.fleet.exec(first, 'dpkg --configure -a');

    const refused = await run();
    expect([refused.code, refused.stdout]).toEqual([
      3,
      expect.stringContaining(`P19 refused: ${first}: half installed: postgresql-15; an upgrade unpacks`),
    ]);
    const waived = ['--waive', 'P19=half installed', ...upgradeArgs];
    const done = await host.muster(['upgrade', 'run', '--yes', ...waived]);
    expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
    await isUpgraded(first);
  });
});

describe('a replica that does not come back', () => {
  test('stays drained, nobody else is touched; when it is mended the run goes on', async () => {
    const { first, leader, order } = upgrade;
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
    for (const node of [order[1], leader])
      expect(await host.fleet.sql(node, 'show server_version')).toContain('15.18');
    await host.fleet.exec(first, `mv ${program}.away ${program}`);
    await host.waitUntilOk();
    await endsWell();
  });
});

describe('what a killed muster leaves', () => {
  test('is said, and an abort waits for packages that are still being installed', async () => {
    const { first } = upgrade;
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    await host.fleet.exec(first, holdDpkg);
    const killed = await resume({ MUSTER_DIE_AT: 'after-start:1' });
    expect(killed.signal).toBe('SIGKILL');
    const status = await host.muster(['upgrade', 'status']);
    expect(status.stderr).toContain(`still so on ${first}: clients are led away on the proxies`);
    expect(status.stderr).toMatch(/to take that back and end the run: muster upgrade abort \S+/);
    const { end } = await host.start(['upgrade', 'abort'], 'run ');
    const guard = '/usr/sbin/policy-rc.d';
    await waitFor('the install is guarded', { within: 20_000 }, async () => {
      const { code } = await host.fleet.exec(first, `test -e ${guard}`);
      return code === 0 || notYet('no guard');
    });
    await host.fleet.exec(first, releaseDpkg);
    const { code, text } = await end;
    expect([code, text]).toEqual([0, expect.stringContaining(`${first}: let clients in again: done`)]);
    expect([await host.installs(first), await host.isDrained(first)]).toEqual([1, false]);
    expect((await host.fleet.exec(first, `ls ${guard} 2>/dev/null`)).stdout).toBe('');
  });
});

describe('sessions that stay', () => {
  test('stop it before anything is installed; a resume that may end them goes on', async () => {
    const { fleet } = host;
    const { first, leader, order } = upgrade;
    const proxy = fleet.plan.hosts.find(({ name }) => name === 'lb69-1')!.address;
    // From a member: sessions go through the proxy to each replica in turn.
    const session = `PGPASSWORD=fleet setsid psql -h ${proxy} -p 5001 -U postgres -c 'select pg_sleep(600)' >/dev/null 2>&1 &`;
    await fleet.exec(leader, `${session}\n${session}`);
    await waitFor('both replicas are read from', { within: 20_000 }, async () => {
      const ask =
        "select count(*) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()";
      const counts = await Promise.all(order.map((node) => fleet.sql(node, ask)));
      return counts.every((count) => Number(count) > 0) || notYet(counts.join(' '));
    });
    const stopped = await host.muster(['upgrade', 'run', '--yes', '--drain-timeout', '3s', ...upgradeArgs]);
    expect([stopped.code, stopped.stdout]).toEqual([
      4,
      expect.stringContaining(`1 session stays on ${first}`),
    ]);
    expect(stopped.stdout).toContain('muster upgrade resume --force-drain');
    expect([await host.installs(first), await host.isDrained(first)]).toEqual([0, false]);
    const done = await host.muster(['upgrade', 'resume', '--force-drain', '--drain-timeout', '2s']);
    expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
    expect(await host.running('69')).toEqual(newVersions);
  });
});

describe('a kill between two nodes', () => {
  test('leaves nobody without clients: what a resume drains again is given back again', async () => {
    const { first } = upgrade;
    // After the result of the first replica's last step, before the stage is known to be done.
    await run({ MUSTER_DIE_AT: 'after-result:7' });
    expect([await host.installs(first), await host.isDrained(first)]).toEqual([1, false]);
    await endsWell();
  });
});

describe('two operators', () => {
  test('the second is told who works, and nothing happens', async () => {
    const { end } = await host.start(
      ['upgrade', 'run', '--yes', '--supervised-primary', ...upgradeArgs],
      'healthy',
    );
    const second = await run();
    expect([second.code, second.stderr]).toEqual([7, expect.stringMatching(/locked|at work/)]);
    const { code, text } = await end;
    expect([code, text]).toEqual([4, expect.stringContaining('stopped before the switchover')]);
    await endsWell();
  });
});

describe('one node', () => {
  test('goes back to the packages it had, a leader does not', async () => {
    const { leader } = upgrade;
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

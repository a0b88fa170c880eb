import { spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProgramResult } from '../support/muster.ts';
import { openUpgradeFleet, type UpgradeFleet } from './upgrade-fleet.ts';
import { notYet, waitFor } from './wait-for.ts';

let host: UpgradeFleet;

beforeAll(async () => {
  host = await openUpgradeFleet(1);
}, 600_000);

afterAll(async () => {
  await host.close();
});

const args = ['--proxies', '@haproxy', '--soak', '0', '--node-timeout', '20s', '@cluster:69'];
const oldVersions = ['15.18', '15.18', '15.18'];

/** Holds dpkg's lock until its process is ended. */
const holdLock = `python3 -c "import fcntl,time; f=open('/var/lib/dpkg/lock-frontend','w'); fcntl.lockf(f,fcntl.LOCK_EX); time.sleep(600)"`;

describe('before anything is touched', () => {
  beforeEach(async () => {
    await host.fleet.waitForFleet();
  }, 120_000);

  async function replica(): Promise<string> {
    const leader = await host.fleet.leader('69');
    return host.fleet.cluster('69').members.find(({ name }) => name !== leader)!.name;
  }

  /** Checks that refuse, as the plan names them. */
  async function refused(): Promise<string[]> {
    const { code, stdout, stderr } = await host.muster(['upgrade', 'plan', ...args]);
    expect([code, stderr]).toEqual([3, '']);
    return stdout.split('\n').filter((line) => line.includes(' refused: '));
  }

  test.each([
    ['P17', 'apt-mark hold postgresql-15', 'apt-mark unhold postgresql-15', 'postgresql-15 is on hold'],
    ['P19', `(${holdLock}) >/dev/null 2>&1 & sleep 1`, "pkill -f '[f]cntl,time'", 'lock-frontend is held'],
    [
      'P21',
      'mkdir -p /etc/postgresql/15/main && echo auto >/etc/postgresql/15/main/start.conf',
      'rm -r /etc/postgresql/15',
      'start.conf says auto',
    ],
  ])('%s', async (id, inject, mend, says) => {
    const node = await replica();
    await host.fleet.exec(node, inject);
    const found = await refused();
    await host.fleet.exec(node, mend);
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`${id} refused: ${node}: .*${says}`)));
  });

  test('P30 a full disk', async () => {
    const node = await replica();
    await host.fleet.setFreeSpace(node, 4 * 1024 * 1024);
    const found = await refused();
    await host.fleet.setFreeSpace(node);
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`P30 refused: ${node}: 4.* free`)));
  });

  test('P03 a paused cluster, P04 a scheduled switchover', async () => {
    const leader = (await host.fleet.leader('69'))!;
    const config = (body: object) =>
      host.fleet.patroniRest(leader, '/config', { method: 'PATCH', body: body });
    await config({ pause: true });
    await waitFor(
      'the pause is known',
      { within: 30_000 },
      async () =>
        (await refused()).some((line) => line.includes('P03 refused: the cluster is paused')) ||
        notYet('not yet'),
    );
    await config({ pause: null });
    await waitFor(
      'it is over',
      { within: 30_000 },
      async () => (await host.muster(['upgrade', 'plan', ...args])).code === 0 || notYet('not yet'),
    );
    const scheduled = { leader, candidate: await replica(), scheduled_at: '2099-01-01T00:00:00+00:00' };
    await host.fleet.patroniRest(leader, '/switchover', { method: 'POST', body: scheduled });
    expect(await refused()).toEqual([
      expect.stringContaining('P04 refused: a switchover is scheduled for 2099'),
    ]);
    await host.fleet.patroniRest(leader, '/switchover', { method: 'DELETE' });
  });

  test('P01 an unplugged host; --waive goes on in spite of a check, with a reason', async () => {
    const node = await replica();
    await host.fleet.unplug(node);
    const { code, stderr } = await host.muster(['upgrade', 'plan', '-t', '3', ...args]);
    expect([code, stderr]).toEqual([3, expect.stringContaining(node)]);
    await host.fleet.plug(node);
    await host.fleet.waitForFleet();
    await host.fleet.exec(node, 'apt-mark hold postgresql-15');
    const waived = await host.muster(['upgrade', 'plan', '--waive', 'P17=knows better', ...args]);
    expect(waived.stdout).toContain('(waived: knows better)');
    await host.fleet.exec(node, 'apt-mark unhold postgresql-15');
    const nonsense = await host.muster(['upgrade', 'plan', '--waive', 'P99=x', ...args]);
    expect([nonsense.code, nonsense.stderr]).toEqual([
      2,
      expect.stringContaining('not a check and a reason'),
    ]);
  });
});

describe('in the middle', () => {
  let order: string[];
  let leader: string;
  const resume = (env: Record<string, string> = {}): Promise<ProgramResult> =>
    host.muster(['upgrade', 'resume'], env);
  /** By the flag FDRAIN: a drained server that does not answer shows as DOWN. */
  const drainedOn = async (node: string): Promise<boolean> => {
    const ask = `echo 'show servers state replicas' | socat stdio /run/haproxy/admin.sock | awk '$4 == "${node}" { print $7 }'`;
    const { stdout } = await host.fleet.exec('lb69-1', ask);
    return (Number(stdout.trim()) & 8) !== 0;
  };

  test('held after the download: apt says so, clients are back, the old server runs', async () => {
    await host.fleet.reset();
    leader = await host.fleet.waitForCluster('69');
    const plan = JSON.parse((await host.muster(['upgrade', 'plan', '--json', ...args])).stdout) as {
      batches: { replicas: string[] }[][];
    };
    order = [...plan.batches[0]![0]!.replicas];
    // Killed when the first replica's packages are about to be installed.
    await host.muster(['upgrade', 'run', '--yes', '--supervised-primary', ...args], {
      MUSTER_DIE_AT: 'before-intent:4',
    });
    await host.fleet.exec(order[0]!, 'apt-mark hold postgresql-15');
    const stopped = await resume();
    expect([stopped.code, stopped.stdout]).toEqual([4, expect.stringMatching(/[Hh]eld packages/)]);
    expect(stopped.stdout).toContain('apt-mark unhold');
    expect(await drainedOn(order[0]!)).toBe(false);
    expect(await host.running('69')).toEqual(oldVersions);
    await host.fleet.exec(order[0]!, 'apt-mark unhold postgresql-15');
  });

  test('a replica that does not come back: it stays drained, nobody else is touched', async () => {
    const first = order[0]!;
    // Killed when it was drained and its packages are installed, right before the restart.
    await resume({ MUSTER_DIE_AT: 'after-effect:2' });
    const { stdout } = await host.fleet.exec(first, "dpkg-query -W -f='${Version}' postgresql-15");
    expect(stdout).toContain('15.20');
    await host.fleet.exec(
      first,
      'mv /usr/lib/postgresql/15/bin/postgres /usr/lib/postgresql/15/bin/postgres.away; printf "#!/bin/sh\\nexit 1\\n" >/usr/lib/postgresql/15/bin/postgres; chmod 755 /usr/lib/postgresql/15/bin/postgres',
    );
    const stopped = await host.muster(['upgrade', 'resume']);
    expect([4, 5]).toContain(stopped.code);
    expect(stopped.stdout).toContain(first);
    expect(await drainedOn(first)).toBe(true);
    for (const node of [order[1]!, leader])
      expect(await host.fleet.sql(node, 'show server_version')).toContain('15.18');
    await host.fleet.exec(
      first,
      'mv /usr/lib/postgresql/15/bin/postgres.away /usr/lib/postgresql/15/bin/postgres',
    );
    await waitFor('Patroni starts it again', { within: 90_000 }, async () => {
      const member = await host.fleet.member(first);
      return member?.state === 'running' || notYet(member?.state ?? 'silent');
    });
  });

  test('two operators: the second is told who works, and nothing happens; the first stops before the switchover', async () => {
    const { promise, resolve } = Promise.withResolvers<{ code: number | null; text: string }>();
    const child = spawn(
      process.execPath,
      [new URL('../../bin/dev.js', import.meta.url).pathname, 'upgrade', 'resume'],
      {
        env: { ...process.env, ...host.environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => void (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (text += chunk.toString()));
    child.on('close', (code) => resolve({ code, text }));
    await waitFor('the first is at work', { within: 60_000 }, () =>
      Promise.resolve(text.includes('healthy') || notYet('not yet')),
    );
    const second = await host.muster(['upgrade', 'run', '--yes', ...args]);
    expect([3, 7]).toContain(second.code);
    const first = await promise;
    expect([first.code, first.text]).toEqual([4, expect.stringContaining('stopped before the switchover')]);
    expect(await host.fleet.leader('69')).toBe(leader);
    for (const node of order) expect(await host.fleet.sql(node, 'show server_version')).toContain('15.20');
  }, 300_000);

  test('a pause stops the switchover; then it goes on to the end', async () => {
    await host.fleet.patroniRest(leader, '/config', { method: 'PATCH', body: { pause: true } });
    const paused = await resume();
    expect([paused.code, paused.stdout]).toEqual([4, expect.stringMatching(/no switchover: .*paused/)]);
    expect(await host.fleet.leader('69')).toBe(leader);
    await host.fleet.patroniRest(leader, '/config', { method: 'PATCH', body: { pause: null } });
    await waitFor(
      'the pause is over',
      { within: 30_000 },
      async () =>
        (await host.muster(['cluster', 'status', '@cluster:69'])).stdout.includes('\tok') ||
        notYet('not yet'),
    );
    const [candidate] = order.slice(-1);
    // Killed when readers were led away from who leads next, and from the leader.
    await resume({ MUSTER_DIE_AT: 'after-effect:2' });
    expect([await drainedOn(candidate!), await drainedOn(leader), await drainedOn(order[0]!)]).toEqual([
      true,
      true,
      false,
    ]);
    // What fails before the switchover lets them in again.
    await host.fleet.patroniRest(leader, '/config', { method: 'PATCH', body: { pause: true } });
    expect((await resume()).code).toBe(4);
    expect([await drainedOn(candidate!), await drainedOn(leader)]).toEqual([false, false]);
    await host.fleet.patroniRest(leader, '/config', { method: 'PATCH', body: { pause: null } });
    const done = await resume();
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('nobody took writes')]);
    for (const { name } of host.fleet.cluster('69').members) expect(await drainedOn(name)).toBe(false);
    expect(await host.running('69')).toEqual(['15.20', '15.20', '15.20']);
    await host.fleet.waitForFleet();
  }, 300_000);

  test('a leader that is lost in the middle: the run stops, abort gives clients back, a new plan ends it', async () => {
    await host.fleet.reset();
    leader = await host.fleet.waitForCluster('69');
    await host.muster(['upgrade', 'run', '--yes', ...args], { MUSTER_DIE_AT: 'after-effect:4' });
    await host.fleet.stop(leader);
    await waitFor('somebody else leads', { within: 60_000 }, async () => {
      const now = await host.fleet.leader('69');
      return (now !== undefined && now !== leader) || notYet(`leader ${now}`);
    });
    const stopped = await host.muster(['upgrade', 'resume']);
    expect(stopped.code).toBe(4);
    await host.fleet.start(leader);
    // Not the fleet's own wait: to it a drained member is not healthy.
    await waitFor('all members are back', { within: 90_000 }, async () => {
      const { stdout } = await host.muster(['cluster', 'status', '@cluster:69']);
      return stdout.includes('\tok') || notYet(stdout);
    });
    const changed = await host.muster(['upgrade', 'resume']);
    expect([changed.code, changed.stdout]).toEqual([4, expect.stringContaining('plan anew')]);
    const aborted = await host.muster(['upgrade', 'abort']);
    expect(aborted.code).toBe(0);
    for (const { name } of host.fleet.cluster('69').members) expect(await drainedOn(name)).toBe(false);
    await host.fleet.waitForFleet();
    const done = await host.muster(['upgrade', 'run', '--yes', '--refresh', ...args]);
    expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
    expect(await host.running('69')).toEqual(['15.20', '15.20', '15.20']);
  }, 300_000);

  test('one node goes back to the packages it had, a leader does not', async () => {
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
    expect(await drainedOn(replica)).toBe(false);
    const status = await host.muster(['upgrade', 'status']);
    expect([status.code, status.stdout]).toEqual([0, expect.stringContaining('switchover')]);
    const unlocked = await host.muster(['upgrade', 'unlock', '--yes', replica]);
    expect([unlocked.code, unlocked.stdout]).toEqual([0, `${replica}: not locked\n`]);
  }, 120_000);
});

import { notYet, waitFor } from './wait-for.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTraffic } from './traffic.ts';
import { openUpgradeFleet, type UpgradeFleet } from './upgrade-fleet.ts';

let host: UpgradeFleet;

beforeAll(async () => {
  host = await openUpgradeFleet(2);
}, 600_000);

afterAll(async () => {
  await host.close();
});

const through = ['--proxies', '@haproxy', '--soak', '0'];

/** Whatever an upgrade could change on a database host. */
const fingerprint = `dpkg-query -W | md5sum; md5sum /etc/patroni/config.yml; ls -la /usr/sbin/policy-rc.d /var/lib/muster /var/cache/apt/archives 2>&1
for p in $(pgrep -x 'postgres|patroni'); do echo $p $(cut -d ' ' -f 22 /proc/$p/stat); done | grep -f <(pgrep -xo postgres; pgrep -xo patroni)`;

describe('muster upgrade', () => {
  test('plans without changing anything, the same plan each time, and refuses another one', async () => {
    const names = host.fleet.plan.clusters
      .flatMap(({ members, proxies }) => [...members, ...proxies])
      .map(({ name }) => name);
    const look = () =>
      Promise.all(
        names.map(
          async (name) =>
            (await host.fleet.exec(name, `bash -c '${fingerprint.replaceAll("'", `'\\''`)}'`)).stdout,
        ),
      );
    const before = await look();
    const first = await host.muster(['upgrade', 'plan', '--json', ...through, '@patroni']);
    const dry = await host.muster(['upgrade', 'run', '--dry-run', '--json', ...through, '@patroni']);
    const plan = JSON.parse(first.stdout) as {
      hash: string;
      batches: { name: string; replicas: string[]; leader: string; target: string }[][];
      checks: Record<string, { id: string; result: string }[]>;
    };
    expect([first.code, dry.code]).toEqual([0, 0]);
    expect((JSON.parse(dry.stdout) as { hash: string }).hash).toBe(plan.hash);
    expect(await look()).toEqual(before);
    expect(plan.batches[0]!.map(({ name, target }) => [name, target])).toEqual([
      ['pg69', '15.20'],
      ['pg70', '15.20'],
    ]);
    expect(plan.checks['pg69']!.map(({ id }) => id)).toEqual(
      Array.from({ length: 32 }, (_, index) => `P${String(index + 1).padStart(2, '0')}`),
    );
    const other = await host.muster(['upgrade', 'run', '--yes-plan', 'abcabcabcabc', ...through, '@patroni']);
    expect([other.code, other.stderr]).toEqual([3, expect.stringContaining(`it is ${plan.hash}`)]);
    expect(await look()).toEqual(before);
  });

  test('two clusters under load: no row lost, one pause each, no read refused', async () => {
    const { fleet } = host;
    const proxyOf = (name: string) => fleet.cluster(name).proxies[0]!.address;
    const bare = await startTraffic(proxyOf('69'), 'bare');
    const leader = (await fleet.leader('69'))!;
    const other = fleet.cluster('69').members.find(({ name }) => name !== leader)!.name;
    await fleet.patroniRest(leader, '/switchover', {
      method: 'POST',
      body: { leader, candidate: other },
      timeoutMs: 60_000,
    });
    await fleet.waitForFleet();
    const bareReport = await bare.stop();
    expect(bareReport.pauses).toHaveLength(1);

    const traffic = await Promise.all([
      startTraffic(proxyOf('69'), 't69'),
      startTraffic(proxyOf('70'), 't70'),
    ]);
    const done = await host.muster(['upgrade', 'run', '--yes', '--json', ...through, '@patroni']);
    await fleet.waitForFleet();
    const reports = await Promise.all(traffic.map((one) => one.stop()));
    expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
    expect((JSON.parse(done.stdout) as { summary: string }).summary).toMatch(
      /nobody took writes: pg\d+ \d+\.\d s, pg\d+ \d+\.\d s/,
    );
    expect([...(await host.running('69')), ...(await host.running('70'))]).toEqual(
      Array.from({ length: 6 }, () => '15.20'),
    );

    for (const [index, name] of ['69', '70'].entries()) {
      const { acknowledged, pauses, reads, readFailures } = reports[index]!;
      const now = (await fleet.leader(name))!;
      const rows = (await fleet.sql(now, `select distinct n from t${name} order by 1`))
        .split('\n')
        .map(Number);
      const kept = new Set(rows);
      expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
      expect(pauses).toHaveLength(1);
      expect(readFailures).toEqual([]);
      expect(reads).toBeGreaterThan(100);
      // Two switchovers at a time on two cores are no faster than one alone.
      expect(pauses[0]! / bareReport.pauses[0]!).toBeLessThan(3);
    }
    const again = await host.muster(['upgrade', 'plan', ...through, '@patroni']);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('nothing to do')]);
    for (const { members } of fleet.plan.clusters) {
      for (const { name } of members) {
        expect(
          (await fleet.exec(name, 'ls /usr/sbin/policy-rc.d /var/lib/muster/guard 2>/dev/null')).stdout,
        ).toBe('');
      }
    }
  });
});

describe('killed at random moments', () => {
  test('resumes to the same end, no step twice', async () => {
    const { fleet } = host;
    await fleet.reset();
    await fleet.waitForCluster('70');
    const starts = () =>
      Promise.all(
        fleet
          .cluster('70')
          .members.map(({ name }) => fleet.exec(name, "grep -c ' upgrade postgresql-15:' /var/log/dpkg.log")),
      );
    // Without proxies: by Patroni's tag.
    const args = ['--soak', '0', '@cluster:70'];
    const config = () =>
      Promise.all(
        fleet
          .cluster('70')
          .members.map(
            async ({ name }) =>
              (await fleet.exec(name, 'cat /etc/patroni/config.yml; stat -c %a%U /etc/patroni/config.yml'))
                .stdout,
          ),
      );
    const before = await config();
    let last = await host.muster(['upgrade', 'run', '--yes', ...args], { MUSTER_DIE_AT: '2' });
    let kills = 0;
    for (let at = 0; last.code !== 0; at += 1) {
      // Killed by SIGKILL, or by its own stop after a kill in a bad moment.
      if (kills > 60) throw new Error(last.stdout + last.stderr);
      kills += 1;
      last = await host.muster(['upgrade', 'resume'], { MUSTER_DIE_AT: String(3 + ((at * 5) % 7)) });
      if (last.code === 3 || last.code === 2 || last.code === 70) throw new Error(last.stderr);
    }
    expect(kills).toBeGreaterThan(5);
    await fleet.waitForFleet();
    expect(await host.running('70')).toEqual(['15.20', '15.20', '15.20']);
    expect(await config()).toEqual(before);
    // Debian's log names each unpacking: one install a host, whatever was killed.
    for (const { stdout } of await starts()) expect(stdout.split('\n')[0]).toBe('1');
    const shown = await host.muster(['runs', 'show', 'last', '--json']);
    expect((JSON.parse(shown.stdout) as { state: string }).state).toBe('finished');
  });
});

describe('in synchronous mode', () => {
  test('leadership goes to whichever upgraded replica is the synchronous standby then', async () => {
    const { fleet } = host;
    const leader = (await fleet.leader('69'))!;
    await fleet.patroniRest(leader, '/config', { method: 'PATCH', body: { synchronous_mode: true } });
    await waitFor('there is a synchronous standby', { within: 60_000 }, async () => {
      const answer = await fleet.patroniRest(leader, '/cluster');
      return JSON.stringify(answer?.body ?? '').includes('sync_standby') ? true : notYet('none');
    });

    const done = await host.muster(['upgrade', 'run', '--yes', '--refresh', ...through, '@cluster:69']);

    expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
    expect(await host.running('69')).toEqual(['15.20', '15.20', '15.20']);
    expect(await fleet.leader('69')).not.toBe(leader);
    await fleet.waitForCluster('69');
  });
});

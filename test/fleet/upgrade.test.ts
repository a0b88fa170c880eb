import { everythingThatIs } from './everything-that-is.ts';
import { notYet, waitFor } from './wait-for.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { startTraffic } from './traffic.ts';
import { fleetOfFile } from './upgrade-of-file.ts';

const host = fleetOfFile(2);

beforeEach(async () => {
  await host.reset();
  await host.fleet.waitForFleet();
}, 120_000);

const through = ['--proxies', '@haproxy', '--soak', '0'];

describe('muster upgrade', () => {
  test('plans without changing anything, the same plan each time, and refuses another one', async () => {
    const look = async () => [
      await everythingThatIs(host.fleet, '69'),
      await everythingThatIs(host.fleet, '70'),
    ];
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
    expect([await host.running('69'), await host.running('70')].flat()).toEqual(
      Array.from({ length: 6 }, () => '15.18'),
    );
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

import { expect, test } from 'vitest';
import { startTraffic } from './traffic.ts';
import { fleetOfFile } from './upgrade-of-file.ts';

const host = fleetOfFile(1);

test('--primary-method restart under Patroni: the leader leads on, no row lost, the pause is measured', async () => {
  const { fleet } = host;
  const leader = await fleet.waitForCluster('69');
  const traffic = await startTraffic(fleet.cluster('69').proxies[0]!.address, 'in_place');
  const args = ['--proxies', '@haproxy', '--soak', '0', '--primary-method', 'restart', '@cluster:69'];
  const planned = await host.muster(['upgrade', 'plan', ...args]);
  expect([planned.code, planned.stdout]).toEqual([
    0,
    expect.stringContaining(`writes pause: one restart of ${leader}, which leads, in place`),
  ]);

  const done = await host.muster(['upgrade', 'run', '--yes', ...args]);
  await fleet.waitForCluster('69');
  const { acknowledged, readFailures } = await traffic.stop();

  expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
  expect(done.stdout).toMatch(/nobody took writes: pg69 \d+\.\d s/);
  expect(await host.running('69')).toEqual(['15.20', '15.20', '15.20']);
  expect(await fleet.leader('69')).toBe(leader);
  const rows = await fleet.sql(leader, 'select n from in_place');
  const kept = new Set(rows.split('\n').map(Number));
  expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
  expect(readFailures).toEqual([]);
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openUpgradeFleet, type UpgradeFleet, usual } from './upgrade-fleet.ts';
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

describe('a host that is lost', () => {
  test('between two steps: nothing more is touched, the others go on serving', async () => {
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    await host.fleet.unplug(first);
    const stopped = await resume();
    expect([stopped.code, stopped.stdout]).toEqual([4, expect.stringContaining(`${first} does not answer`)]);
    expect(stopped.stdout).toContain('muster upgrade resume');
    for (const node of [order[1]!, leader]) expect(await host.installs(node)).toBe(0);
    await host.fleet.plug(first);
    await host.waitUntilOk();
    await endsWell();
  });

  test('while it installs: the job goes on there, the run waits, and goes on when the host is back', async () => {
    const begun = await host.start(
      ['upgrade', 'run', '--yes', '--proxies', '@haproxy', '--soak', '0', '@cluster:69'],
      `${first}: wait for its sessions to end: done`,
    );
    await host.fleet.unplug(first);
    await waitFor('the packages are installed', { within: 120_000 }, async () => {
      const { stdout } = await host.fleet.exec(first, 'dpkg-query -W postgresql-15; pgrep apt-get || true');
      return /15\.20\S*\n$/.test(stdout) || notYet(stdout);
    });
    for (const node of [order[1]!, leader]) expect(await host.installs(node)).toBe(0);
    await host.fleet.plug(first);
    const { code, text } = await begun.end;
    expect(`${code} ${text}`).toMatch(/^0 /);
    expect(await host.running('69')).toEqual(upgraded);
    for (const { name } of host.fleet.cluster('69').members) {
      expect([await host.installs(name), await host.isDrained(name)]).toEqual([1, false]);
    }
  });
});

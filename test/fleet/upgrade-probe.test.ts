import { describe, expect, test } from 'vitest';
import { databasePassword } from './roles/patroni.ts';
import { fleetOfFile } from './upgrade-of-file.ts';

const host = fleetOfFile(1);

const args = ['--proxies', '@haproxy', '--soak', '0', '@cluster:69'];

async function probeSchemas(): Promise<string> {
  const leader = (await host.fleet.leader('69'))!;
  return host.fleet.sql(leader, "select count(*) from pg_namespace where nspname = 'muster_probe'");
}

/** What the journal says of the probe. */
async function probed(): Promise<Record<string, number>[]> {
  const { stdout } = await host.muster(['runs', 'show', 'last', '--json']);
  const found = stdout.matchAll(/"gaps":(\d+),"gapMs":(\d+),"longestMs":(\d+)/g);
  return [...found].map(([, gaps, gapMs, longestMs]) => ({
    gaps: Number(gaps),
    gapMs: Number(gapMs),
    longestMs: Number(longestMs),
  }));
}

describe('a probe that writes', () => {
  test('on the members: goes on after a kill, drops its table at the end, is in the journal', async () => {
    await host.muster(['upgrade', 'run', '--yes', '--probe', 'table', ...args], {
      MUSTER_DIE_AT: 'after-effect:5',
    });
    expect(await probeSchemas()).toBe('1');

    const done = await host.muster(['upgrade', 'resume']);

    expect(`${done.code} ${done.stderr}`).toMatch(/^0 run \S+\n$/);
    expect(done.stdout).toMatch(/no write was possible: pg69 \d+\.\d s in 1 pause\n/);
    expect(await probeSchemas()).toBe('0');
    const [seen] = await probed();
    expect(seen).toEqual({ gaps: 1, gapMs: expect.any(Number), longestMs: seen!['gapMs'] });
    expect(seen!['gapMs']).toBeGreaterThan(100);
    await host.fleet.waitForFleet();
  });

  test('through a proxy: abort drops its table, a password on the command line is refused', async () => {
    await host.reset();
    const proxy = host.fleet.cluster('69').proxies[0]!.address;
    const through = ['--probe-dsn', `postgresql://postgres@${proxy}:5000/postgres`];
    const password = { PGPASSWORD: databasePassword };
    const secret = ['--probe-dsn', `postgresql://postgres:${databasePassword}@${proxy}:5000/postgres`];
    const refused = await host.muster(['upgrade', 'run', '--yes', ...secret, ...args]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('holds a password')]);
    await host.muster(['upgrade', 'run', '--yes', ...through, ...args], {
      ...password,
      MUSTER_DIE_AT: 'after-effect:5',
    });
    expect(await probeSchemas()).toBe('1');

    const aborted = await host.muster(['upgrade', 'abort'], password);

    expect([aborted.code, aborted.stderr.split('\n').length, await probeSchemas()]).toEqual([0, 2, '0']);
    await host.fleet.waitForFleet();

    const done = await host.muster(['upgrade', 'run', '--yes', ...through, ...args], password);

    expect(`${done.code} ${done.stderr}`).toMatch(/^0 run \S+\n$/);
    expect(done.stdout).toMatch(/no write was possible: pg69 \d+\.\d s in 1 pause\n/);
    expect(await probeSchemas()).toBe('0');
  });
});

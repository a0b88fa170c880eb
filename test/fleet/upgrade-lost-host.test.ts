import { describe, expect, test } from 'vitest';
import { holdDpkg } from './upgrade-fleet.ts';
import { newVersions, upgradeOfFile } from './upgrade-of-file.ts';
import { notYet, waitFor } from './wait-for.ts';

const upgrade = upgradeOfFile();
const { host, run, resume, endsWell, isUpgraded } = upgrade;

describe('a host that is lost', () => {
  test('between two steps: nothing more is touched, the others go on serving', async () => {
    const { first, leader, order } = upgrade;
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    await host.fleet.unplug(first);
    const stopped = await resume();
    expect([stopped.code, stopped.stdout]).toEqual([4, expect.stringContaining(`${first} does not answer`)]);
    expect(stopped.stdout).toContain('muster upgrade resume');
    for (const node of [order[1], leader]) expect(await host.installs(node)).toBe(0);
    await host.fleet.plug(first);
    await host.waitUntilOk();
    await endsWell();
  });

  test('while it installs: the job goes on there, the run waits, and goes on when the host is back', async () => {
    const { first, leader, order } = upgrade;
    const begun = await host.start(
      ['upgrade', 'run', '--yes', '--proxies', '@haproxy', '--soak', '0', '@cluster:69'],
      `${first}: wait for its sessions to end: done`,
    );
    await host.fleet.unplug(first);
    await waitFor('the packages are installed', { within: 120_000 }, async () => {
      const { stdout } = await host.fleet.exec(first, 'dpkg-query -W postgresql-15; pgrep apt-get || true');
      return /15\.20\S*\n$/.test(stdout) || notYet(stdout);
    });
    for (const node of [order[1], leader]) expect(await host.installs(node)).toBe(0);
    await host.fleet.plug(first);
    const { code, text } = await begun.end;
    expect(`${code} ${text}`).toMatch(/^0 /);
    await isUpgraded();
  });

  test('for good while it installs: the run ends in order, and a person says that it may go on', async () => {
    const { first } = upgrade;
    await run({ MUSTER_DIE_AT: 'before-intent:5' });
    await host.fleet.exec(first, holdDpkg);
    const begun = await host.start(['upgrade', 'resume'], `${first}: wait for its sessions to end: done`);
    await host.installWaits(first);
    await host.fleet.stop(first);
    const { code, text } = await begun.end;
    expect([code, text]).toEqual([5, expect.stringContaining('its end is not known after 30 s')]);
    expect(text).toContain(`still so on ${first}: clients are led away on the proxies`);
    expect(text).not.toMatch(/\n {4}at /);
    await host.fleet.start(first);
    await host.waitUntilOk();
    const doubtful = await resume();
    const again = ['upgrade', 'resume', '--run-again', `${first}/install`];
    expect([doubtful.code, doubtful.stdout]).toEqual([
      5,
      expect.stringContaining(`muster ${again.join(' ')} ends what it had begun`),
    ]);
    const done = await host.muster(again);
    expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
    expect(await host.running('69')).toEqual(newVersions);
  });
});

import { describe, expect, test } from 'vitest';
import { patroniOf, type PatroniRepository, sameAgain } from './build/newer-patroni.ts';
import { fleetFolders } from './folders.ts';
import { startTraffic } from './traffic.ts';
import { fleetOfFile } from './upgrade-of-file.ts';

const host = fleetOfFile(1);

const args = ['--include-patroni', '--proxies', '@haproxy', '--soak', '0', '@cluster:69'];
const names = () => host.fleet.cluster('69').members.map(({ name }) => name);
const source = '/etc/apt/sources.list.d/patroni.list';

async function onAll(command: string): Promise<string[]> {
  const answers = await Promise.all(names().map((name) => host.fleet.exec(name, command)));
  expect(answers.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(answers.map(() => ''));
  return answers.map(({ stdout }) => stdout.trim());
}

const offer = (repository: PatroniRepository) =>
  onAll(`echo '${repository.source}' >>${source}; apt-get -qq update`);
const installed = () => onAll("dpkg-query -W -f='${Version}' patroni");
const daemons = () => onAll('systemctl show -p MainPID --value patroni');

/** Patroni's own word for its version, from the daemon that runs. */
function running(): Promise<string[]> {
  return Promise.all(names().map(runningOn));
}

async function runningOn(name: string): Promise<string> {
  const answer = await host.fleet.patroniRest(name, '/patroni');
  return (answer!.body as { patroni: { version: string } }).patroni.version;
}

/** How often each server was started since. */
const starts = (since: number) =>
  onAll(`journalctl -q -o cat -u patroni --since=@${since} | grep -c 'starting PostgreSQL' || :`);

describe('--include-patroni', () => {
  test('upgrades both, one restart a node, in the order of the servers', async () => {
    const again = await sameAgain(fleetFolders());
    await offer(again);
    const before = await daemons();
    const leader = (await host.fleet.leader('69'))!;
    const traffic = await startTraffic(host.fleet.cluster('69').proxies[0]!.address, 'traffic');
    const since = Math.floor(Date.now() / 1000);

    const done = await host.muster(['upgrade', 'run', '--yes', ...args]);

    await host.fleet.waitForFleet();
    const { pauses, readFailures } = await traffic.stop();
    expect(`${done.code} ${done.stderr}${done.stdout}`).toMatch(/^0 /);
    expect([await host.running('69'), await installed()]).toEqual([
      ['15.20', '15.20', '15.20'],
      Array.from({ length: 3 }, () => again.version),
    ]);
    for (const [index, pid] of (await daemons()).entries()) expect(pid).not.toBe(before[index]);
    // Who led was started as a replica first.
    expect(await starts(since)).toEqual(names().map((name) => (name === leader ? '2' : '1')));
    expect([pauses.length, readFailures]).toEqual([1, []]);
    const next = await host.muster(['upgrade', 'plan', ...args]);
    expect([next.code, next.stdout]).toEqual([0, expect.stringContaining('nothing to do')]);
  });

  test('restarts a Patroni that is older than what is installed, and only then', async () => {
    const [node] = names();
    const [before, ...othersBefore] = await daemons();
    await onAll('policy=/usr/sbin/policy-rc.d; printf "#!/bin/sh\\nexit 101\\n" >$policy; chmod 755 $policy');
    await host.fleet.exec(node!, 'apt-get -qq -y install --reinstall patroni');
    await onAll('rm /usr/sbin/policy-rc.d');
    const without = await host.muster(['upgrade', 'plan', ...args.slice(1)]);
    expect(without.stdout).toContain('nothing to do');

    const done = await host.muster(['upgrade', 'run', '--yes', ...args]);

    expect(`${done.code} ${done.stderr}${done.stdout}`).toMatch(/^0 /);
    const [after, ...others] = await daemons();
    expect(after).not.toBe(before);
    expect(others).toEqual(othersBefore);
    await host.fleet.waitForFleet();
  });

  test('goes from Patroni 4.0 to a newer one, never beside 3.0', async () => {
    const [four, newer] = [
      await patroniOf(fleetFolders(), 'trixie'),
      await patroniOf(fleetFolders(), 'sid'),
    ] as const;
    if (four === undefined || newer === undefined) throw new Error('the mirror has no trixie or no sid');
    await host.reset();
    await host.fleet.waitForCluster('69');
    await offer(four);
    const refused = await host.muster(['upgrade', 'plan', ...args]);
    expect([refused.code, refused.stdout]).toEqual([
      3,
      expect.stringMatching(/P31 refused: Patroni 4 beside one older than 3\.1/),
    ]);
    const leader = (await host.fleet.leader('69'))!;
    await onAll(
      `policy=/usr/sbin/policy-rc.d; printf '#!/bin/sh\\nexit 101\\n' >$policy; chmod 755 $policy
       DEBIAN_FRONTEND=noninteractive apt-get -qq -y install patroni=${four.version} >/dev/null; rm $policy; systemctl daemon-reload`,
    );
    const replicas = names().filter((name) => name !== leader);
    for (const name of [...replicas, leader]) await host.fleet.exec(name, 'systemctl stop patroni');
    for (const name of [leader, ...replicas]) await host.fleet.exec(name, 'systemctl start patroni');
    await host.fleet.waitForFleet();
    await offer(newer);

    const done = await host.muster(['upgrade', 'run', '--yes', ...args]);

    expect(`${done.code} ${done.stderr}${done.stdout}`).toMatch(/^0 /);
    await host.fleet.waitForFleet();
    expect([await host.running('69'), await running()]).toEqual([
      ['15.20', '15.20', '15.20'],
      Array.from({ length: 3 }, () => newer.version.replace(/-.*/, '')),
    ]);
    expect(await host.fleet.leader('69')).not.toBe(leader);

    const back = await host.muster(['upgrade', 'rollback-node', '--yes', leader]);
    expect(`${back.code} ${back.stderr}${back.stdout}`).toMatch(/^0 /);
    expect(await runningOn(leader)).toBe(four.version.replace(/-.*/, ''));
  });
});

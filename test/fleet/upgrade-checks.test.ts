import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { morePackage } from './build/more-repository.ts';
import { openTestFleet, type TestFleet } from './open-test-fleet.ts';
import { databasePassword } from './roles/patroni.ts';
import { network } from './shape.ts';
import { notYet, waitFor } from './wait-for.ts';

let host: TestFleet;
let leader: string;
let replica: string;

beforeAll(async () => {
  host = await openTestFleet({ proxies: 2 });
  leader = await host.fleet.waitForCluster('69');
  replica = members().find((name) => name !== leader)!;
  await Promise.all(members().map((name) => on(name, 'apt-get -qq update')));
}, 600_000);

afterAll(async () => {
  await host.close();
});

const members = () => host.fleet.cluster('69').members.map(({ name }) => name);

async function on(name: string, command: string): Promise<string> {
  const { code, stdout, stderr } = await host.fleet.exec(name, command);
  if (code !== 0) throw new Error(`${name}: ${command}: ${stdout}${stderr}`);
  return stdout;
}

async function install(name: string, packageName: string): Promise<void> {
  const { source } = await morePackage(host.folders, packageName);
  await on(
    name,
    `echo '${source}' >/etc/apt/sources.list.d/${packageName}.list; apt-get -qq update
     DEBIAN_FRONTEND=noninteractive apt-get -qq -y install ${packageName} >/dev/null 2>&1`,
  );
}

/** What a check of the plan says: its result and its objections. */
async function checked(id: string, ...more: string[]): Promise<readonly [string, string]> {
  const { stdout, stderr } = await host.muster([
    'upgrade',
    'plan',
    '--json',
    '--proxies',
    '@haproxy',
    ...more,
    '@cluster:69',
  ]);
  if (!stdout.startsWith('{')) throw new Error(stderr);
  const { checks } = JSON.parse(stdout) as {
    checks: Record<string, { id: string; result: string; objections: string[] }[]>;
  };
  const found = checks['pg69']!.find((one) => one.id === id)!;
  return [found.result, found.objections.join('; ')];
}

describe('P01, a clock that is wrong', () => {
  test('refuses', async () => {
    expect(await checked('P01')).toEqual(['ok', '']);
    // All hosts have the kernel's clock: one says another time.
    await on(
      replica,
      `printf '#!/bin/sh\\nexec /bin/date -d "+7 seconds" "$@"\\n' >/usr/local/bin/date; chmod 755 /usr/local/bin/date`,
    );
    const [result, why] = await checked('P01');
    await on(replica, 'rm /usr/local/bin/date');
    expect([result, why]).toEqual([
      'refused',
      expect.stringMatching(/the clocks of .* differ by [67]\.\d s/),
    ]);
    expect(why).toContain(replica);
  });
});

describe('P22, needrestart', () => {
  test('warns where it restarts Patroni by itself', async () => {
    await install(replica, 'needrestart');
    expect(await checked('P22')).toEqual(['ok', '']);
    const own = '/etc/needrestart/conf.d/test.conf';
    await on(replica, `echo '$nrconf{restart} = "a";' >${own}`);
    const [result, why] = await checked('P22');
    expect([result, why]).toEqual(['warning', expect.stringContaining(`${replica}: needrestart restarts`)]);
    await on(replica, `echo '$nrconf{override_rc}{qr(^patroni)} = 0;' >>${own}`);
    expect(await checked('P22')).toEqual(['ok', '']);
  });
});

describe('P29, a virtual address of keepalived', () => {
  test('has one holder', async () => {
    const address = `${network.prefix}.99`;
    const [first, second] = host.fleet.cluster('69').proxies.map(({ name }) => name) as [string, string];
    const config = (priority: number) => `vrrp_instance one {
  interface eth0
  virtual_router_id 69
  priority ${priority}
  advert_int 1
  virtual_ipaddress {
    ${address}/24 dev eth0
  }
}`;
    await Promise.all(
      [first, second].map(async (name, index) => {
        await install(name, 'keepalived');
        await on(
          name,
          `printf '%s\\n' '${config(100 - index)}' >/etc/keepalived/keepalived.conf; systemctl restart keepalived`,
        );
      }),
    );
    const holds = (name: string) => on(name, 'ip -o addr show').then((text) => text.includes(`${address}/`));
    await waitFor('the first holds it', { within: 30_000 }, async () => {
      const holders = await Promise.all([holds(first), holds(second)]);
      return (holders[0] && !holders[1]) || notYet(holders.join());
    });
    expect(await checked('P29')).toEqual(['ok', '']);

    await on(second, `systemctl stop keepalived; ip addr add ${address}/24 dev eth0`);
    expect(await checked('P29')).toEqual([
      'refused',
      `the virtual address ${address} is held by ${first} and ${second} at a time`,
    ]);

    await on(second, `ip addr del ${address}/24 dev eth0`);
    await on(first, 'systemctl stop keepalived');
    expect(await checked('P29')).toEqual([
      'refused',
      expect.stringContaining(`${address} is held by none of`),
    ]);
  });
});

describe('P15, backups of Barman', () => {
  test('are fresh, and barman check is content', async () => {
    const address = host.fleet.host(leader).address;
    await install('etcd1', 'barman');
    expect(await checked('P15', '--barman', 'etcd1')).toEqual([
      'refused',
      'Barman on etcd1 reaches no server of this cluster',
    ]);
    // A slot that Patroni does not know of it would drop.
    await host.fleet.patroniRest(leader, '/config', {
      method: 'PATCH',
      body: { slots: { barman: { type: 'physical' } } },
    });
    const config = `[pg69]
conninfo = host=${address} user=postgres password=${databasePassword} dbname=postgres
streaming_conninfo = host=${address} user=replicator password=${databasePassword} dbname=postgres
backup_method = postgres
streaming_archiver = on
slot_name = barman
path_prefix = /usr/lib/postgresql/15/bin
`;
    await on('etcd1', `printf '%s' '${config}' >/etc/barman.d/pg69.conf`);
    expect(await checked('P15', '--barman', 'etcd1')).toEqual([
      'refused',
      expect.stringContaining("there is no backup of Barman's server pg69 on etcd1"),
    ]);
    const barman = (command: string) => on('etcd1', `su -s /bin/sh barman -c 'barman ${command}'`);
    await barman('cron');
    await waitFor('WAL is received', { within: 60_000 }, async () => {
      const { stdout } = await host.fleet.exec('etcd1', "su -s /bin/sh barman -c 'barman check pg69'");
      return stdout.includes('receive-wal running: OK') || notYet(stdout);
    });
    await barman('switch-wal --force --archive --archive-timeout 60 pg69');
    await barman('backup --wait pg69');

    expect(await checked('P15', '--barman', 'etcd1')).toEqual(['ok', '']);
    expect(await checked('P15', '--barman', 'etcd1', '--max-backup-age', '1s')).toEqual([
      'refused',
      expect.stringMatching(/the last backup of Barman's server pg69 on etcd1 is \d+ minutes old/),
    ]);

    await barman('receive-wal --stop pg69');
    expect(await checked('P15', '--barman', 'etcd1')).toEqual([
      'refused',
      expect.stringMatching(/barman check fails for .*receive wal running/),
    ]);
  });
});

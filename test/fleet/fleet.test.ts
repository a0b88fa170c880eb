import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { findTool } from '../support/require-tool.ts';
import type { BuildRecord } from './build/build.ts';
import type { Fleet } from './controller.ts';
import { down } from './down.ts';
import { fleetName, fleetNumber } from './fleet-number.ts';
import type { FleetFolders } from './folders.ts';
import { liveMounts } from './live-folder.ts';
import { withFleetLock } from './lock.ts';
import { mustRun, runProgram } from './program.ts';
import { openTestFleet } from './open-test-fleet.ts';
import { databasePassword } from './roles/patroni.ts';
import { notYet, waitFor } from './wait-for.ts';

const nodeset = findTool('nodeset', 'clustershell');
const clush = findTool('clush', 'clustershell');
let folders: FleetFolders;
let fleet: Fleet;
let built: BuildRecord;

beforeAll(async () => {
  ({ fleet, built, folders } = await openTestFleet());
}, 600_000);

afterAll(async () => {
  await withFleetLock(() => down(folders));
});

describe('the hosts', () => {
  beforeEach(async () => {
    await fleet.waitForFleet();
  });

  test('each have a name, an address, a systemd and a boot of their own', async () => {
    const ask =
      'hostname; hostname -I; ps -o comm= -p 1; systemctl is-system-running; cat /proc/sys/kernel/random/boot_id';
    const answers = await Promise.all(fleet.plan.hosts.map((host) => fleet.ssh(host.name, ask)));

    const lines = answers.map((answer) => answer.stdout.split('\n').map((line) => line.trim()));
    expect(lines.map((line) => line.slice(0, 4))).toEqual(
      fleet.plan.hosts.map((host) => [host.name, host.address, 'systemd', 'running']),
    );
    expect(new Set(lines.map((line) => line[4])).size).toBe(fleet.plan.hosts.length);
  });

  test.each(['root', 'admin', 'postgres'])('take logins of %s by key', async (user) => {
    const login = await fleet.ssh('pg69-1', 'id -un', { user });

    expect(login).toEqual({ code: 0, stdout: `${user}\n`, stderr: '' });
  });

  test('let admin become root without a password, and nobody else', async () => {
    const admin = await fleet.ssh('pg69-1', 'sudo -n id -un', { user: 'admin' });
    const postgres = await fleet.ssh('pg69-1', 'sudo -n id -un', { user: 'postgres' });

    expect(admin).toEqual({ code: 0, stdout: 'root\n', stderr: '' });
    expect(postgres).toEqual({ code: 1, stdout: '', stderr: 'sudo: a password is required\n' });
  });

  test('cannot change the kernel settings they share with the machine', async () => {
    const attempt = await fleet.exec('pg69-1', 'echo 1 > /proc/sys/vm/swappiness');

    expect(attempt.code).not.toBe(0);
    expect(attempt.stderr).toContain('Read-only file system');
  });

  test('have no way out of their network', async () => {
    const attempt = await fleet.exec('pg69-1', 'ping -c1 -W1 192.0.2.1');

    expect(attempt.stderr).toBe('ping: connect: Network is unreachable\n');
  });

  test('come back from a reboot with another boot id', async () => {
    const bootId = async (): Promise<string> =>
      (await fleet.ssh('lb69-1', 'cat /proc/sys/kernel/random/boot_id')).stdout;
    const before = await bootId();

    await fleet.ssh('lb69-1', 'systemctl reboot');
    const after = await waitFor('lb69-1 is rebooted', { within: 30_000 }, async () => {
      const seen = await bootId();
      return seen !== '' && seen !== before ? seen : notYet('the old boot');
    });

    expect(after).toMatch(/^[0-9a-f-]{36}\n$/);
  });
});

describe('ClusterShell', () => {
  const env = (): NodeJS.ProcessEnv => ({ ...process.env, CLUSTERSHELL_CFGDIR: fleet.access.clustershell });

  test.skipIf(nodeset === undefined)('knows the roles and the clusters as groups', async () => {
    const groups = await mustRun(nodeset!, ['-LL'], { env: env() });
    const cluster = await mustRun(nodeset!, ['-f', '@cluster:69'], { env: env() });

    expect(groups).toBe('@etcd etcd1\n@haproxy lb69-1\n@patroni pg69-[1-3]\n@cluster:69 pg69-[1-3]\n');
    expect(cluster).toBe('pg69-[1-3]\n');
  });

  test.skipIf(clush === undefined)('runs commands on all of them', async () => {
    await fleet.waitForFleet();
    const result = await runProgram(clush!, ['-bw', '@patroni,@haproxy,@etcd', 'cat /etc/debian_version'], {
      env: env(),
    });

    expect(result.stdout.split('\n').slice(0, 3)).toEqual([
      '---------------',
      'etcd1,lb69-1,pg69-[1-3] (5)',
      '---------------',
    ]);
    expect(result.code).toBe(0);
  });
});

describe('the cluster', () => {
  beforeEach(async () => {
    await fleet.waitForFleet();
  });

  test('brings a row written through the proxy to every replica', async () => {
    const dsn = `host=lb69-1 port=5000 user=postgres password=${databasePassword}`;
    const written = await fleet.exec('pg69-1', `psql -XAtqc "create table seen as select 69 as n" "${dsn}"`);

    expect(written).toEqual({ code: 0, stdout: '', stderr: '' });
    for (const member of fleet.cluster('69').members) {
      await waitFor(`${member.name} has the row`, { within: 10_000 }, async () => {
        const found = await fleet.exec(
          member.name,
          `runuser -u postgres -- psql -XAtqc 'select n from seen' -d postgres`,
        );
        return found.stdout === '69\n' ? true : notYet(found.stderr);
      });
    }
  });

  test('hands leadership over on request, and all others stream from the new leader', async () => {
    const leader = await fleet.leader('69');
    const candidate = fleet.cluster('69').members.find((member) => member.name !== leader)!.name;

    const answer = await fleet.patroniRest(leader!, '/switchover', {
      body: { leader, candidate },
      timeoutMs: 30_000,
    });

    expect(answer).toEqual({ status: 200, body: `Successfully switched over to "${candidate}"` });
    expect(await fleet.waitForCluster('69')).toBe(candidate);
    expect(await fleet.proxyPools('lb69-1')).toEqual({
      primary: [candidate],
      replicas: fleet
        .cluster('69')
        .members.map((member) => member.name)
        .filter((name) => name !== candidate),
    });
  });

  test('replaces a leader whose cable is pulled, and takes it back as a replica', async () => {
    const old = (await fleet.leader('69'))!;

    await fleet.unplug(old);
    const successor = await waitFor('another member leads', { within: 60_000 }, async () => {
      const leader = await fleet.leader('69');
      return leader !== undefined && leader !== old ? leader : notYet(`leader ${leader}`);
    });
    await fleet.plug(old);

    expect(await fleet.waitForCluster('69')).toBe(successor);
    expect((await fleet.member(old))?.role).toBe('replica');
  });

  test('replaces a leader that loses its power, and takes it back as a replica', async () => {
    const old = (await fleet.leader('69'))!;

    await fleet.stop(old);
    const login = await fleet.ssh(old, 'true');
    const successor = await waitFor('another member leads', { within: 60_000 }, async () => {
      return (await fleet.leader('69')) ?? notYet('no leader');
    });
    await fleet.start(old);

    expect(login.code).toBe(255);
    expect(successor).not.toBe(old);
    expect(await fleet.waitForCluster('69')).toBe(successor);
  });

  test('keeps a cable pulled while the host is off', async () => {
    const leader = await fleet.leader('69');
    const replica = fleet.cluster('69').members.find((member) => member.name !== leader)!.name;

    await fleet.unplug(replica);
    await fleet.stop(replica);
    await fleet.start(replica);
    const link = await fleet.exec(replica, 'cat /sys/class/net/eth0/carrier');
    await fleet.plug(replica);

    expect(link.stdout).toBe('0\n');
    await fleet.waitForCluster('69');
  });
});

describe('the packages', () => {
  beforeEach(async () => {
    await fleet.reset({ asNew: true });
  });

  const candidate = async (host: string): Promise<string | undefined> => {
    const policy = await fleet.exec(host, 'apt-cache policy postgresql-15');
    return policy.stdout.match(/Candidate: (.+)/)?.[1];
  };

  test('offer the newer minor once a host has asked for it', async () => {
    expect(await candidate('pg69-1')).toBe(built.installedPostgresql);

    await fleet.exec('pg69-1', 'apt-get update');

    expect(await candidate('pg69-1')).toBe(built.offeredPostgresql);
    expect(built.offeredPostgresql).not.toBe(built.installedPostgresql);
  });

  test('upgrade one replica by hand while the others stay as they are', async () => {
    const leader = await fleet.leader('69');
    const [replica, other] = fleet.cluster('69').members.filter((member) => member.name !== leader);
    const { name } = replica!;

    const upgraded = await fleet.ssh(
      name,
      'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --only-upgrade postgresql-15',
    );
    const afterInstall = await fleet.member(name);
    const executable = await fleet.exec(
      name,
      'readlink /proc/$(head -1 /var/lib/postgresql/15/main/postmaster.pid)/exe',
    );
    const restarted = await fleet.patroniRest(name, '/restart', { body: {}, timeoutMs: 60_000 });
    await fleet.waitForCluster('69');

    expect(upgraded.code).toBe(0);
    // New files under a running old server.
    expect(afterInstall?.serverVersion).toBe(versionNumber(built.installedPostgresql));
    expect(executable.stdout).toBe('/usr/lib/postgresql/15/bin/postgres (deleted)\n');
    expect(restarted?.status).toBe(200);
    expect((await fleet.member(name))?.serverVersion).toBe(versionNumber(built.offeredPostgresql));
    expect((await fleet.member(other!.name))?.serverVersion).toBe(versionNumber(built.installedPostgresql));
  });

  test('do not fit on a full disk, and do when there is space again', async () => {
    const leader = await fleet.leader('69');
    const install = 'DEBIAN_FRONTEND=noninteractive apt-get install -q -y --only-upgrade postgresql-15';
    // The test before upgraded one of the replicas; chance says which.
    const versions = await Promise.all(
      fleet.cluster('69').members.map(async (member) => {
        const { stdout } = await fleet.exec(member.name, `dpkg-query -W -f '\${Version}' postgresql-15`);
        return { name: member.name, version: stdout };
      }),
    );
    const { name } = versions.find(
      (one) => one.name !== leader && one.version === built.installedPostgresql,
    )!;
    await fleet.exec(name, 'apt-get update');

    await fleet.setFreeSpace(name, 4 * 1024 ** 2);
    const refused = await fleet.exec(name, install);
    await fleet.setFreeSpace(name);
    const installed = await fleet.exec(
      name,
      `dpkg --configure -a; apt-get -q -y --fix-broken install && ${install}`,
    );

    expect(refused.code).toBe(100);
    // dpkg says it, or a program of a package does
    expect(refused.stdout + refused.stderr).toContain('No space left on device');
    expect(installed.code).toBe(0);
  });

  test('can be taken back to the older minor', async () => {
    const leader = await fleet.leader('69');
    const { name } = fleet.cluster('69').members.find((member) => member.name !== leader)!;
    const packages = ['postgresql-15', 'postgresql-client-15', 'libpq5'];
    const install = 'DEBIAN_FRONTEND=noninteractive apt-get install -q -y';
    await fleet.exec(name, `apt-get update -q && ${install} --only-upgrade postgresql-15`);

    const older = packages.map((each) => `${each}=${built.installedPostgresql}`).join(' ');
    const downgraded = await fleet.exec(name, `${install} --allow-downgrades ${older}`);
    const installed = await fleet.exec(name, `dpkg-query -W -f '\${Version} ' ${packages.join(' ')}`);

    expect(downgraded.code).toBe(0);
    expect(installed.stdout).toBe(`${built.installedPostgresql} `.repeat(3));
  });
});

describe('snapshot and reset', () => {
  test('bring back what was there at the snapshot, and nothing that came later', async () => {
    await fleet.reset({ asNew: true });
    const leader = (await fleet.leader('69'))!;
    await fleet.sql(leader, 'create table kept as select 1 as n');
    await fleet.exec('pg69-1', 'touch /root/before');

    await fleet.snapshot();
    await fleet.sql((await fleet.leader('69'))!, 'drop table kept');
    await fleet.exec('pg69-1', 'rm /root/before; touch /root/after');
    await fleet.reset();

    expect(await fleet.sql((await fleet.leader('69'))!, 'select n from kept')).toBe('1');
    expect((await fleet.exec('pg69-1', 'ls /root')).stdout).toBe('before\n');
  });

  test('give new hosts with the same host keys when the snapshots are to be forgotten', async () => {
    await fleet.exec('pg69-1', 'touch /root/before');
    await fleet.stop('pg69-2');
    await fleet.unplug('lb69-1');

    await fleet.reset({ asNew: true });

    expect((await fleet.ssh('pg69-1', 'ls /root')).stdout).toBe('');
    expect((await fleet.ssh('pg69-2', 'hostname')).stdout).toBe('pg69-2\n');
    expect((await fleet.ssh('lb69-1', 'hostname')).stdout).toBe('lb69-1\n');
  });
});

describe('down', () => {
  test('leaves nothing behind', async () => {
    await withFleetLock(() => down(folders));

    expect(await traces()).toEqual([]);
  });

  test('leaves nothing behind after a crash half-way up', async () => {
    const program = fileURLToPath(new URL('fleet.ts', import.meta.url));
    const crashing = spawn(process.execPath, [program, 'up'], { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of crashing.stderr) {
      if (String(line).includes('starting')) {
        break;
      }
    }
    crashing.kill('SIGKILL');
    await once(crashing, 'exit');
    expect(await traces()).not.toEqual([]);

    await withFleetLock(() => down(folders));

    expect(await traces()).toEqual([]);
  });
});

/** What a fleet may leave on the machine: processes, network, control groups, mounts. */
async function traces(): Promise<string[]> {
  const found = [...(await liveMounts())];
  const links = await mustRun('ip', ['-br', 'link']);
  found.push(...links.split('\n').filter((line) => line.startsWith(`fleet${fleetNumber}`)));
  const namespaces = await mustRun('ip', ['netns', 'list']);
  found.push(...namespaces.split('\n').filter((line) => line.split(' ')[0] === fleetName));
  const processes = await mustRun('ps', ['-eo', 'pid=,args=']);
  for (const line of processes.split('\n').filter((one) => /host\/(keeper|boot)\.sh/.test(one))) {
    // Other fleets of this machine have keepers, too.
    const environment = await readFile(`/proc/${line.trim().split(' ')[0]}/environ`, 'utf8').catch(() => '');
    if (environment.includes(`/${fleetName}/`)) found.push(line);
  }
  const groups = (await mustRun('findmnt', ['-rno', 'TARGET', '-t', 'cgroup2'])).split('\n').filter(Boolean);
  for (const group of groups) {
    found.push(...(await readdir(group)).filter((name) => name === fleetName));
  }
  return found;
}

/** As PostgreSQL counts: `15.20-0+deb12u1` is 150020. */
function versionNumber(debian: string): number {
  const [, major, minor] = debian.match(/^(\d+)\.(\d+)/)!;
  return Number(major) * 10_000 + Number(minor);
}

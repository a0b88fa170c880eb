import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dnf } from '../../src/packages/dnf.ts';
import { openTestFleet, type TestFleet } from './open-test-fleet.ts';
import { databasePassword } from './roles/patroni.ts';
import { startTraffic } from './traffic.ts';
import { notYet, waitFor } from './wait-for.ts';
import { startWriter } from './writer.ts';

let host: TestFleet;
const members = ['sr1-1', 'sr1-2', 'sr1-3'];
const quick = ['--soak', '0'];

/** Every host as new, its package lists fresh. */
async function fresh(asNew = true): Promise<void> {
  if (asNew) await host.fleet.reset({ asNew: true });
  await Promise.all(
    [...members, 'sr2-1', 'pg69-1'].map((name) => host.fleet.exec(name, 'apt-get -qq update')),
  );
}

beforeAll(async () => {
  host = await openTestFleet({ nodes: 1, plain: [3, 1] });
  await fresh(false);
}, 600_000);

afterAll(async () => {
  await host.close();
});

async function running(...names: readonly string[]): Promise<string[]> {
  const said = await Promise.all(names.map((name) => host.fleet.sql(name, 'show server_version')));
  return said.map((text) => text.split(' ')[0]!);
}

/** How often each server was started as 15.20. */
async function starts(): Promise<string[]> {
  const count = "grep -c 'starting PostgreSQL 15.20' /var/log/postgresql/postgresql-15-main.log";
  return Promise.all(members.map(async (name) => (await host.fleet.exec(name, count)).stdout.trim()));
}

async function missing(rows: readonly number[], table: string): Promise<number[]> {
  const primary = await host.fleet.waitForPlain('1');
  const kept = new Set((await host.fleet.sql(primary, `select n from ${table}`)).split('\n').map(Number));
  return rows.filter((n) => !kept.has(n));
}

interface Plan {
  readonly hash: string;
  readonly batches: readonly (readonly {
    readonly name: string;
    readonly replicas: readonly string[];
    readonly candidate: string | null;
  }[])[];
  readonly checks: Readonly<Record<string, readonly { readonly id: string }[]>>;
}

async function plan(...args: readonly string[]): Promise<Plan> {
  const { code, stdout, stderr } = await host.muster(['upgrade', 'plan', '--json', ...args]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Plan;
}

describe.each([
  ['a single server', 'sr2-1', '@plain:2'],
  ['a Patroni cluster of one', 'pg69-1', '@cluster:69'],
])('%s', (_, node, set) => {
  test('is refused without --allow-downtime, and upgraded and brought back with it', async () => {
    const refused = await host.muster(['upgrade', 'run', '--yes', ...quick, set]);
    expect([refused.code, refused.stdout]).toEqual([
      3,
      expect.stringContaining(
        'P08 refused: nobody can: there is no replica (--allow-downtime upgrades the server in place)',
      ),
    ]);
    expect(await running(node)).toEqual(['15.18']);

    const done = await host.muster(['upgrade', 'run', '--yes', '--allow-downtime', ...quick, set]);
    expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/nobody took writes: \S+ \d+\.\d s/)]);
    expect(await running(node)).toEqual(['15.20']);

    const back = await host.muster(['upgrade', 'rollback-node', '--yes', node]);
    expect([back.code, await running(node)]).toEqual([0, ['15.18']]);
  });
});

describe('three servers in streaming replication', () => {
  test('a mixture of what Patroni runs and what it does not is planned together; --driver narrows it', async () => {
    const both = await plan('--allow-downtime', '@cluster:69,@plain:1');
    expect(both.batches.flat().map(({ name }) => name)).toEqual(['pg69', 'sr1-[1-3]']);
    expect(both.checks['sr1-[1-3]']!.map(({ id }) => id)).toContain('P33');
    const status = await host.muster(['cluster', 'status', '@plain:1,etcd1']);
    expect([status.code, status.stdout]).toEqual([0, expect.stringMatching(/sr1-\[1-3\].*sr1-1.*\bok\b/)]);
    expect(status.stdout).toContain('no Patroni, and no server runs here');
    const narrowed = await host.muster(['upgrade', 'plan', '--driver', 'patroni', '@plain:1']);
    expect([narrowed.code, narrowed.stderr]).toEqual([3, expect.stringContaining('no Patroni')]);
    const wrong = await host.muster(['upgrade', 'plan', '--driver', 'pg', '@cluster:69']);
    expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining('Patroni runs here')]);
  });

  test('checks: a standby that was not chosen, synchronous replication, a server systemd does not run', async () => {
    const refusals = async (...nodes: readonly string[]): Promise<string> => {
      const { code, stdout } = await host.muster(['upgrade', 'plan', ...nodes]);
      expect(code).toBe(3);
      return stdout;
    };
    expect(await refusals('sr1-1', 'sr1-2')).toMatch(
      /P02 refused: sr1-3 \(.*\) streams from sr1-1, which is not among the nodes/,
    );
    expect(await refusals('sr1-2', 'sr1-3')).toContain('P03 refused: none of the nodes takes writes');

    const names = (value: string) =>
      host.fleet
        .sql('sr1-1', `alter system set synchronous_standby_names = '${value}'`)
        .then(() => host.fleet.sql('sr1-1', 'select pg_reload_conf()'));
    await names('FIRST 2 (*)');
    expect(await refusals('@plain:1')).toMatch(/P07 refused: commits wait for 2 of 2 standbys/);
    await names('');

    const control = (action: string) =>
      host.fleet.exec(
        'sr1-3',
        `cd / && runuser -u postgres -- /usr/lib/postgresql/15/bin/pg_ctl -w -D /var/lib/postgresql/15/main -o '-c config_file=/etc/postgresql/15/main/postgresql.conf' ${action}`,
      );
    await host.fleet.exec('sr1-3', 'systemctl stop postgresql@15-main');
    await control('-l /dev/null start');
    await host.fleet.waitForPlain('1');
    expect(await refusals('@plain:1')).toMatch(/P33 refused: sr1-3: no systemd unit runs its server/);
    await control('-m fast stop');
    await host.fleet.exec('sr1-3', 'systemctl start postgresql@15-main');
    await host.fleet.waitForPlain('1');
  });

  test('in one command, clients led away on a proxy: no row lost, one pause, no read refused', async () => {
    const { fleet } = host;
    // sr1-2 streams from sr1-3: it must come first.
    await fleet.sql('sr1-3', "select pg_create_physical_replication_slot('sr1_2')");
    await fleet.sql(
      'sr1-2',
      `alter system set primary_conninfo = 'host=sr1-3 user=replicator password=${databasePassword} application_name=sr1-2'`,
    );
    await fleet.sql('sr1-2', 'select pg_reload_conf()');
    await waitFor('sr1-2 streams from sr1-3', { within: 30_000 }, async () => {
      const rows = await fleet.sql('sr1-3', 'select application_name from pg_stat_replication');
      return rows === 'sr1-2' || notYet(rows);
    });
    await fleet.exec('lb69-1', staticPools());
    const proxy = fleet.cluster('69').proxies[0]!.address;
    const traffic = await startTraffic(proxy, 'plain');

    const args = ['--proxies', '@haproxy', ...quick, '@plain:1'];
    const { hash, batches } = await plan(...args);
    expect(batches[0]![0]).toMatchObject({ replicas: ['sr1-2', 'sr1-3'], candidate: null });
    const blind = await host.muster(['upgrade', 'run', '--yes', ...args]);
    expect([blind.code, blind.stderr]).toEqual([3, expect.stringContaining('--primary-method restart')]);
    expect(await running(...members)).toEqual(['15.18', '15.18', '15.18']);

    const done = await host.muster(['upgrade', 'run', '--yes-plan', hash, ...args]);
    const report = await traffic.stop();
    expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
    expect(done.stdout).toContain('sr1-2: lead clients away on the proxies: done');
    expect(await running(...members)).toEqual(['15.20', '15.20', '15.20']);
    expect(await starts()).toEqual(['1', '1', '1']);
    expect(await missing(report.acknowledged, 'plain')).toEqual([]);
    expect(report.pauses).toHaveLength(1);
    expect(report.readFailures).toEqual([]);
  });

  test('a replica and the primary go back one by one', async () => {
    for (const node of ['sr1-3', 'sr1-1']) {
      const back = await host.muster(['upgrade', 'rollback-node', '--yes', node]);
      expect(`${back.code} ${back.stdout}`).toMatch(/^0 /);
    }
    expect(await running(...members)).toEqual(['15.18', '15.20', '15.18']);
    await host.fleet.waitForPlain('1');
  });

  test('killed at random moments: the same end, nothing twice, no row lost', async () => {
    await fresh();
    const addresses = members.map((name) => host.fleet.host(name).address);
    const writer = await startWriter(addresses, 'killed');
    const args = ['--primary-method', 'restart', ...quick, '@plain:1'];
    let last = await host.muster(['upgrade', 'run', '--yes', ...args], { MUSTER_DIE_AT: '2' });
    let kills = 0;
    for (let at = 0; last.code !== 0; at += 1) {
      if (kills > 60) throw new Error(last.stdout + last.stderr);
      kills += 1;
      last = await host.muster(['upgrade', 'resume'], { MUSTER_DIE_AT: String(2 + ((at * 5) % 7)) });
      if ([2, 3, 70].includes(last.code ?? 0)) throw new Error(last.stderr);
    }
    const rows = await writer.stop();
    expect(kills).toBeGreaterThan(5);
    expect(await running(...members)).toEqual(['15.20', '15.20', '15.20']);
    expect(await starts()).toEqual(['1', '1', '1']);
    expect(await missing(rows, 'killed')).toEqual([]);
    for (const name of members) {
      const left = await host.fleet.exec(name, 'ls /usr/sbin/policy-rc.d /var/lib/muster/guard 2>/dev/null');
      expect(left.stdout).toBe('');
    }
  });
});

describe('a command of the site hands the leadership over', () => {
  const promote = ['--promote-command', '/usr/local/sbin/switch', '--candidate', 'sr1-2'];
  const args = [...promote, '--node-timeout', '30s', ...quick, '@plain:1'];
  const putScript = (script: string) =>
    host.fleet.exec('sr1-2', 'cat >/usr/local/sbin/switch; chmod 755 /usr/local/sbin/switch', {
      stdin: script,
    });

  test('one that fails changes nothing and is said; mended, the run goes on with it', async () => {
    await fresh();
    const key = readFileSync(host.fleet.access.identity, 'utf8');
    await host.fleet.exec('sr1-2', 'mkdir -p /root/.ssh; (umask 077; cat >/root/.ssh/id_ed25519)', {
      stdin: key,
    });
    await putScript('#!/bin/sh\necho "sr1-1 does not let me in" >&2\nexit 7\n');
    const writer = await startWriter(
      members.map((name) => host.fleet.host(name).address),
      'switched',
    );
    const stopped = await host.muster(['upgrade', 'run', '--yes', ...args]);
    expect([stopped.code, stopped.stdout]).toEqual([
      4,
      expect.stringMatching(
        /promotion command failed: exit code 7: sr1-1 does not let me in.* sr1-1 leads on/,
      ),
    ]);
    expect(await running(...members)).toEqual(['15.18', '15.20', '15.20']);

    await putScript(switchScript);
    const done = await host.muster(['upgrade', 'resume']);
    const rows = await writer.stop();
    expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
    expect(done.stdout).toMatch(/nobody took writes: sr1-\[1-3\] \d+\.\d s/);
    expect(await host.fleet.waitForPlain('1')).toBe('sr1-2');
    expect(await running(...members)).toEqual(['15.20', '15.20', '15.20']);
    expect(await missing(rows, 'switched')).toEqual([]);
  });

  test('one that promotes and leaves the old primary at work ends in an unknown state, loudly', async () => {
    await fresh();
    await putScript('#!/bin/sh\npg_ctlcluster 15 main promote\n');
    const stopped = await host.muster(['upgrade', 'run', '--yes', ...args]);
    expect([stopped.code, stopped.stdout]).toEqual([
      5,
      expect.stringMatching(/sr1-1 and sr1-2 take writes, each for itself/),
    ]);
    const resumed = await host.muster(['upgrade', 'resume']);
    expect(resumed.code).not.toBe(0);
    expect(await running('sr1-1')).toEqual(['15.18']);
  });
});

describe('where dnf changes packages', () => {
  const unit = 'postgresql@15-main.service';
  const show = async (property: string) =>
    (await host.fleet.exec('sr2-1', `systemctl show --property ${property} --value ${unit}`)).stdout.trim();
  const as = (script: string) => host.fleet.exec('sr2-1', 'sh -s', { stdin: script });
  /** Stands in for dnf alone: what it is about is systemd. */
  const putDnf = (body: string) =>
    host.fleet.exec('sr2-1', 'cat >/usr/local/bin/dnf; chmod 755 /usr/local/bin/dnf', {
      stdin: `#!/bin/sh\n${body}\n`,
    });
  const install = dnf.install([{ name: 'postgresql15-server', from: '15.18-1', to: '15.20-1' }]);

  test('its server is masked meanwhile: what scripts of packages restart runs on', async () => {
    const pid = await show('MainPID');
    // What PGDG's %postun does.
    await putDnf(
      `systemctl try-restart ${unit} 2>/dev/null; systemctl is-enabled ${unit} >/tmp/seen; exit 0`,
    );
    expect((await as(install)).code).toBe(0);
    expect((await host.fleet.exec('sr2-1', 'cat /tmp/seen')).stdout.trim()).toBe('masked-runtime');
    expect([await show('MainPID'), await show('LoadState')]).toEqual([pid, 'loaded']);

    // Killed in the middle, it leaves the mask, and what an abort or the next run does takes it away.
    await putDnf('kill -9 $PPID');
    await as(install);
    expect(await show('LoadState')).toBe('masked');
    expect((await as(dnf.unguard())).code).toBe(0);
    expect([await show('MainPID'), await show('LoadState')]).toEqual([pid, 'loaded']);

    // A unit file in /etc goes before a mask in /run: refused before anything changes.
    await host.fleet.exec(
      'sr2-1',
      `cp /lib/systemd/system/postgresql@.service /etc/systemd/system/${unit}; systemctl daemon-reload`,
    );
    await putDnf('touch /tmp/ran');
    const refused = await as(install);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('its unit file is in /etc')]);
    expect((await host.fleet.exec('sr2-1', 'ls /tmp/ran /run/muster-masked')).stdout).toBe('');
    await host.fleet.exec(
      'sr2-1',
      `rm /etc/systemd/system/${unit} /usr/local/bin/dnf; systemctl daemon-reload`,
    );
  });
});

/** HAProxy as sites without Patroni have it: who takes writes is written down. */
function staticPools(): string {
  const servers = (names: readonly string[]) =>
    names.map((name) => `    server ${name} ${host.fleet.host(name).address}:5432 check\n`).join('');
  return `cat >/etc/haproxy/haproxy.cfg <<'EOF'
global
    stats socket /run/haproxy/admin.sock mode 660 level admin
defaults
    mode tcp
    retries 2
    timeout client 30m
    timeout server 30m
    timeout connect 2s
    default-server inter 500ms fall 2 rise 1
listen primary
    bind *:5000
${servers(['sr1-1'])}
listen replicas
    bind *:5001
${servers(['sr1-2', 'sr1-3'])}EOF
systemctl restart haproxy`;
}

/** What sites write when they have no repmgr: stops the primary, promotes, and makes the others follow. */
const switchScript = `#!/bin/sh
set -eu
cd /
on() { ssh -o BatchMode=yes -o StrictHostKeyChecking=no "root@$1" "$2"; }
sql() { runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -c "$1"; }
slot() { echo "$1" | tr - _; }
follow() { echo "primary_conninfo = 'host=$MUSTER_CANDIDATE user=replicator password=${databasePassword} application_name=$1'
primary_slot_name = '$(slot "$1")'"; }
data=/var/lib/postgresql/15/main
on "$MUSTER_PRIMARY" 'systemctl stop postgresql@15-main'
[ "$(sql 'select pg_promote()')" = t ]
for node in "$MUSTER_PRIMARY" sr1-3; do
  sql "select pg_create_physical_replication_slot('$(slot "$node")')"
  follow "$node" | on "$node" "cat >>$data/postgresql.auto.conf"
done
on sr1-3 "cd /; runuser -u postgres -- psql -XAtqc 'select pg_reload_conf()'"
on "$MUSTER_PRIMARY" "runuser -u postgres -- touch $data/standby.signal; systemctl start postgresql@15-main"
`;

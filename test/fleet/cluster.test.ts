import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProgramResult } from '../support/muster.ts';
import type { Fleet } from './controller.ts';
import { openTestFleet, type TestFleet } from './open-test-fleet.ts';
import { notYet, waitFor } from './wait-for.ts';

let own: TestFleet;
let fleet: Fleet;

beforeAll(async () => {
  own = await openTestFleet({ clusters: 2 });
  ({ fleet } = own);
}, 600_000);

afterAll(async () => {
  await own.close();
});

beforeEach(async () => {
  await fleet.waitForFleet();
}, 120_000);

function cluster(...args: string[]): Promise<ProgramResult> {
  return own.muster(['cluster', ...args]);
}

test('shows every cluster in a row, whoever logs in, and nodes that are no member', async () => {
  const leaders = [await fleet.leader('69'), await fleet.leader('70')];
  for (const user of ['root', 'admin']) {
    const { code, stdout } = await cluster('status', '-l', user, '@patroni', 'lb69-1');
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows.slice(1, 3).map((row) => [row[0], row[1], row[8]])).toEqual([
      ['pg69', leaders[0], 'ok'],
      ['pg70', leaders[1], 'ok'],
    ]);
    expect(rows[3]).toContain('lb69-1');
    expect(code).toBe(0);
  }
});

test('switches over, measures, and says no when the candidate cannot', async () => {
  const old = (await fleet.leader('69'))!;
  const refused = await cluster('switchover', '--yes', '--candidate', old, '@cluster:69');
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('leads already')]);
  const unasked = await cluster('switchover', '@cluster:69');
  expect([unasked.code, unasked.stderr]).toEqual([3, expect.stringContaining('not confirmed')]);

  const done = await cluster('switchover', '--yes', '--json', '@cluster:69');
  const document = JSON.parse(done.stdout) as { interruptionMs: number };
  expect(document).toMatchObject({ kind: 'done', from: old });
  expect(document.interruptionMs).toBeGreaterThan(0);
  expect(await fleet.leader('69')).not.toBe(old);
});

test('finds a cluster unhealthy whose member has no Patroni running', async () => {
  const leader = await fleet.waitForCluster('70');
  const replica = fleet.cluster('70').members.find(({ name }) => name !== leader)!.name;
  await fleet.exec(replica, 'systemctl stop patroni');
  const { code, stdout } = await cluster('status', '@cluster:70');
  expect([code, stdout]).toEqual([1, expect.stringContaining('Patroni is installed and does not run')]);
  const restart = await cluster('restart', '--yes', '@cluster:70');
  expect([restart.code, restart.stderr]).toEqual([3, expect.stringContaining(`${replica}: Patroni`)]);
  await fleet.exec(replica, 'systemctl start patroni');
});

test('restarts members that wait for it, one after the other, each verified', async () => {
  const leader = await fleet.waitForCluster('70');
  const before = await startTimes('70');
  await fleet.patroniRest(leader, '/config', {
    method: 'PATCH',
    body: { postgresql: { parameters: { shared_buffers: '24MB' } } },
  });
  await waitFor('all members wait for a restart', { within: 60_000 }, async () => {
    const { stdout } = await cluster('status', '--json', '@cluster:70');
    const { clusters } = JSON.parse(stdout) as {
      clusters: { members: { facts: { pendingRestart: boolean } }[] }[];
    };
    return clusters[0]!.members.every(({ facts }) => facts.pendingRestart) || notYet('not all');
  });
  const done = await cluster('restart', '--pending', '--yes', '@cluster:70');
  expect([done.code, done.stdout]).toEqual([
    0,
    expect.stringMatching(new RegExp(`^restarted: .*${leader}\n$`)),
  ]);
  const after = await startTimes('70');
  expect(after.filter((time, index) => time === before[index])).toEqual([]);
  expect(await fleet.sql(leader, 'show shared_buffers')).toBe('24MB');
  expect((await cluster('restart', '--pending', '--yes', '@cluster:70')).stdout).toBe('nothing to restart\n');
});

test('copies a replica anew, never a leader', async () => {
  const leader = await fleet.waitForCluster('69');
  const replica = fleet.cluster('69').members.find(({ name }) => name !== leader)!.name;
  const refused = await cluster('reinit', '--yes', leader);
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('leads')]);
  await fleet.exec(replica, 'touch /var/lib/postgresql/15/main/old-data');
  const done = await cluster('reinit', '--yes', replica);
  expect([done.code, done.stdout]).toEqual([0, `${replica} streams again\n`]);
  expect((await fleet.exec(replica, 'ls /var/lib/postgresql/15/main')).stdout).not.toContain('old-data');
});

test('asks a REST API that speaks TLS, wants a certificate, and a password for what it changes', async () => {
  const leader = await fleet.waitForCluster('70');
  const replica = fleet.cluster('70').members.find(({ name }) => name !== leader)!.name;
  const before = await fleet.sql(replica, 'select pg_postmaster_start_time()');
  await fleet.exec(
    replica,
    `cd /etc/patroni && cp -p config.yml before.yml
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=patroni.example -keyout rest.key -out rest.crt 2>/dev/null
chown postgres rest.key rest.crt
python3 - <<'END'
lines = ['  certfile: /etc/patroni/rest.crt', '  keyfile: /etc/patroni/rest.key', '  cafile: /etc/patroni/rest.crt',
  '  verify_client: required', '  authentication:', '    username: operator', "    password: 'se: cret'"]
text = open('config.yml').read()
open('config.yml', 'w').write(text.replace('restapi:\\n', 'restapi:\\n' + '\\n'.join(lines) + '\\n', 1))
END
systemctl restart patroni`,
  );
  await waitFor('Patroni answers by TLS alone', { within: 60_000 }, async () => {
    const { stdout } = await fleet.exec(
      replica,
      `cd /etc/patroni && printf 'GET /patroni HTTP/1.0\\r\\n\\r\\n' |
timeout 5 openssl s_client -quiet -connect 127.0.0.1:8008 -cert rest.crt -key rest.key 2>/dev/null`,
    );
    return stdout.includes('"running"') || notYet(stdout);
  });
  expect(await fleet.member(replica)).toBe(undefined);
  expect((await cluster('status', '@cluster:70')).stdout).toContain('\tok');
  const started = await fleet.sql(replica, 'select pg_postmaster_start_time()');
  const done = await cluster('restart', '--yes', replica);
  expect([done.code, done.stdout]).toEqual([0, `restarted: ${replica}\n`]);
  expect([before, started]).not.toContain(await fleet.sql(replica, 'select pg_postmaster_start_time()'));
  await fleet.exec(replica, 'cd /etc/patroni && mv before.yml config.yml && systemctl restart patroni');
});

function startTimes(name: string): Promise<string[]> {
  const { members } = fleet.cluster(name);
  return Promise.all(members.map((host) => fleet.sql(host.name, 'select pg_postmaster_start_time()')));
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJobs } from '../../src/jobs/create-jobs.ts';
import type { Jobs } from '../../src/jobs/job.ts';
import { createSshExecutor, type SshExecutor } from '../../src/ssh/executor.ts';
import type { Fleet } from './controller.ts';
import { openTestFleet, type TestFleet } from './open-test-fleet.ts';
import { notYet, waitFor } from './wait-for.ts';

const forever = new AbortController().signal;
const host = 'etcd1';
let own: TestFleet;
let fleet: Fleet;
const open: SshExecutor[] = [];

beforeAll(async () => {
  own = await openTestFleet({ nodes: 1, proxies: 0 });
  ({ fleet } = own);
}, 600_000);

afterAll(async () => {
  for (const executor of open) await executor.close();
  await own.close();
});

function jobsAs(user: string): Jobs {
  const executor = createSshExecutor({
    env: {},
    home: own.folders.live,
    localUser: 'nobody',
    configFile: own.folders.access.sshConfig,
    user,
    keepOpen: true,
    keepaliveMs: 1000,
  });
  open.push(executor);
  return createJobs(executor);
}

const follow = (jobs: Jobs, id: string) => jobs.follow(host, id, { timeoutMs: 60_000 }, forever);
const count = (id: string) => `echo x >>/var/tmp/${id}.count`;

async function counted(id: string): Promise<number> {
  return Number((await fleet.exec(host, `cat /var/tmp/${id}.count 2>/dev/null | wc -l`)).stdout);
}

async function fileAppears(path: string): Promise<void> {
  await waitFor(`${path} is there`, { within: 20_000 }, async () =>
    (await fleet.exec(host, `test -e ${path}`)).code === 0 ? true : notYet('no'),
  );
}

describe('jobs on a host with systemd', () => {
  test('of root are units of their own, and outlive sshd', async () => {
    const jobs = jobsAs('root');
    const command = `${count('unit')}; touch /run/unit.begun; while [ ! -e /run/unit.go ]; do sleep 0.1; done; echo "$HOME $PATH"; exit 4`;
    expect(await jobs.start(host, { id: 'unit', command }, forever)).toEqual({ kind: 'started' });
    expect((await fleet.exec(host, 'systemctl is-active muster-job-unit')).stdout).toBe('active\n');
    await fileAppears('/run/unit.begun');
    await fleet.exec(host, 'systemctl stop ssh; pkill -KILL sshd; systemctl start ssh');
    expect(await jobs.state(host, 'unit', forever)).toMatchObject({ kind: 'running' });
    await fleet.exec(host, 'touch /run/unit.go');
    expect(await follow(jobs, 'unit')).toMatchObject({
      kind: 'done',
      code: 4,
      output: expect.stringMatching(/^\/root .*\/usr\/sbin/),
    });
    expect(await counted('unit')).toBe(1);
    expect((await fleet.exec(host, 'systemctl list-units --all "muster-job-*" --no-legend')).stdout).toBe('');
  });

  test('through sudo are root’s, whoever of the two asks', async () => {
    const admin = jobsAs('admin');
    const spec = { id: 'sudo', command: `${count('sudo')}; id -un`, sudo: true };
    const starts = await Promise.all([1, 2, 3].map(() => jobsAs('admin').start(host, spec, forever)));
    expect(starts.map(({ kind }) => kind).toSorted()).toEqual(['exists', 'exists', 'started']);
    expect(await follow(admin, 'sudo')).toEqual({ kind: 'done', code: 0, output: 'root\n' });
    expect(await jobsAs('root').state(host, 'sudo', forever)).toMatchObject({ kind: 'done' });
    expect(await counted('sudo')).toBe(1);
    expect(await admin.remove(host, 'sudo', forever)).toEqual({ kind: 'removed', ids: ['sudo'] });
    expect(await admin.state(host, 'sudo', forever)).toEqual({ kind: 'none' });
    expect((await fleet.exec(host, 'ls -A ~admin/.local/state/muster/jobs')).stdout).toBe('');
  });

  test('through a sudo that asks for a password are provably not started', async () => {
    const answer = await jobsAs('postgres').start(
      host,
      { id: 'refused', command: count('refused'), sudo: true },
      forever,
    );
    expect(answer).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^sudo -n: .*password is required/),
    });
    expect(await counted('refused')).toBe(0);
  });

  test('of a user die with the control group of the login, and are then lost; root’s live on', async () => {
    for (const user of ['admin', 'root']) {
      const command = `touch /tmp/group-${user}; sleep 3`;
      await jobsAs(user).start(host, { id: `group-${user}`, command }, forever);
      await fileAppears(`/tmp/group-${user}`);
    }
    // what logind does to a session's group with KillUserProcesses=yes; without libpam-systemd logins are in sshd's
    await fleet.exec(host, 'systemctl kill --signal=KILL ssh; systemctl restart ssh');
    expect(await jobsAs('admin').state(host, 'group-admin', forever)).toEqual({
      kind: 'lost',
      started: true,
      bootChanged: false,
    });
    expect(await follow(jobsAs('root'), 'group-root')).toMatchObject({ kind: 'done', code: 0 });
  });

  test('survive a cable that is pulled, and are followed on', async () => {
    const jobs = jobsAs('root');
    const command = `for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.5; done; ${count('cable')}`;
    await jobs.start(host, { id: 'cable', command }, forever);
    let output = '';
    const away: string[] = [];
    let pulled: Promise<void> | undefined;
    const state = await jobs.follow(
      host,
      'cable',
      {
        timeoutMs: 60_000,
        onOutput(chunk) {
          output += chunk.toString();
          if (output.includes('3')) pulled ??= fleet.unplug(host);
        },
        onAway(why) {
          away.push(why);
          void fleet.plug(host);
        },
      },
      forever,
    );
    await pulled;
    expect(state).toMatchObject({ kind: 'done', code: 0 });
    expect(output).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n');
    expect(away).toHaveLength(1);
    expect(await counted('cable')).toBe(1);
  });

  test('are lost when the host restarts, and the boot tells why', async () => {
    const jobs = jobsAs('root');
    await jobs.start(host, { id: 'reboot', command: `${count('reboot')}; sleep 600` }, forever);
    await fileAppears('/var/tmp/reboot.count');
    const following = follow(jobs, 'reboot');
    await fleet.stop(host);
    await fleet.start(host);
    expect(await following).toEqual({ kind: 'lost', started: true, bootChanged: true });
    expect(await counted('reboot')).toBe(1);
  });

  test('can restart the host themselves', async () => {
    const jobs = jobsAs('root');
    const boot = async () => (await fleet.exec(host, 'cat /proc/sys/kernel/random/boot_id')).stdout;
    const before = await boot();
    await jobs.start(host, { id: 'itself', command: `${count('itself')}; systemctl reboot` }, forever);
    await waitFor('another boot', { within: 60_000 }, async () =>
      (await boot().catch(() => before)) === before ? notYet('the same') : true,
    );
    expect(await follow(jobs, 'itself')).toMatchObject({ kind: 'done', code: 0 });
    expect(await counted('itself')).toBe(1);
  });

  test('are refused by a full disk, and keep their exit code and what they say when it fills up meanwhile', async () => {
    const jobs = jobsAs('root');
    await fleet.setFreeSpace(host, 0);
    try {
      const refused = await jobs.start(host, { id: 'full', command: count('full') }, forever);
      expect(refused).toMatchObject({ kind: 'failed', message: expect.stringMatching(/No space left/) });
      expect(await jobs.state(host, 'full', forever)).toEqual({ kind: 'none' });
    } finally {
      await fleet.setFreeSpace(host);
    }
    const command =
      'touch /run/fill.begun; while [ ! -e /run/fill.go ]; do sleep 0.1; done; seq 1000; exit 7';
    await jobs.start(host, { id: 'fill', command }, forever);
    await fileAppears('/run/fill.begun');
    await fleet.setFreeSpace(host, 0);
    try {
      await fleet.exec(host, 'touch /run/fill.go');
      const said = Array.from({ length: 1000 }, (_, index) => `${index + 1}\n`).join('');
      expect(await follow(jobs, 'fill')).toEqual({ kind: 'done', code: 7, output: said });
    } finally {
      await fleet.setFreeSpace(host);
    }
  });
});

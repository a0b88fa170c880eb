import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { musterProgram, type ProgramResult } from '../support/muster.ts';
import type { Fleet } from './controller.ts';
import { openTestFleet, type TestFleet } from './open-test-fleet.ts';
import { notYet, waitFor } from './wait-for.ts';

let own: TestFleet;
let fleet: Fleet;

beforeAll(async () => {
  own = await openTestFleet();
  ({ fleet } = own);
}, 600_000);

afterAll(async () => {
  await own.close();
});

function muster(...args: string[]): Promise<ProgramResult> {
  return own.muster(args);
}

async function output(host: string, command: string): Promise<string> {
  const { stdout } = await fleet.exec(host, command);
  return stdout.trim();
}

describe('muster roll on real hosts', () => {
  test('an upgrade in the order listed is killed in the middle of dpkg, resumed, and nothing ran twice', async () => {
    const nodes = ['pg69-2', 'pg69-3', 'pg69-1'];
    const command =
      'echo began >>/root/began; apt-get -qq update && ' +
      'DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=60 install --only-upgrade postgresql-15';
    const args = ['roll', '--yes', '-w', nodes.join(','), '--gate-ready', 'patroni:16MB', '--sudo', command];
    const child = spawn(musterProgram, args, {
      env: { ...process.env, ...own.environment },
      stdio: 'ignore',
    });
    const over = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once('close', (_, signal) => resolve(signal)),
    );
    await waitFor('dpkg works on the second node', { within: 240_000 }, async () =>
      (await output(nodes[1]!, 'pgrep -x dpkg')) === '' ? notYet('no dpkg yet') : true,
    );
    child.kill('SIGKILL');
    expect(await over).toBe('SIGKILL');
    expect(await output(nodes[2]!, 'cat /root/began')).toBe('');

    const resumed = await muster('runs', 'resume');

    expect(`${resumed.code} ${resumed.stdout}`).toMatch(/^0 [\s\S]*done {10}pg69-\[1-3\] \(3\)/);
    for (const node of nodes) {
      expect(await output(node, 'cat /root/began')).toBe('began');
      expect(await output(node, "grep -c ' upgrade postgresql-15:' /var/log/dpkg.log")).toBe('1');
      expect(await output(node, "dpkg-query -Wf '${Version}' postgresql-15; dpkg --audit")).toMatch(
        /^15\.20-/,
      );
    }
  });

  test('a step for the leader runs on the leader alone', async () => {
    const file = join(own.state, 'leader.yaml');
    const step = '  - id: mark\n    on: leader\n    run: touch /root/led\n';
    writeFileSync(file, `name: mark the leader\nsteps:\n${step}`);
    const leader = await fleet.leader('69');

    const rolled = await muster('roll', '--yes', file, 'pg69-[1-3]');

    expect(rolled.code).toBe(0);
    for (const node of ['pg69-1', 'pg69-2', 'pg69-3']) {
      expect(await output(node, 'ls /root/led 2>/dev/null')).toBe(node === leader ? '/root/led' : '');
    }
  });

  test('the examples of docs/rolling.md work', async () => {
    const page = readFileSync(new URL('../../docs/rolling.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/```yaml\n(name: (.*)\n[\s\S]*?)```/g)];
    const hosts: Readonly<Record<string, string>> = {
      'reboot for a new kernel': 'lb69-1',
      'upgrade haproxy': 'lb69-1',
      'restart etcd': 'etcd1',
    };
    await fleet.exec('lb69-1', 'apt-get -qq update; touch /run/reboot-required');
    expect(examples.map(([, , name]) => name)).toEqual(Object.keys(hosts));

    for (const [, text, name] of examples) {
      const file = join(own.state, 'example.yaml');
      writeFileSync(file, text!);
      const rolled = await muster('roll', '--yes', file, hosts[name!]!);
      expect(`${name} ${rolled.code} ${rolled.stdout}${rolled.stderr}`).toMatch(new RegExp(`^${name} 0 `));
    }
    expect(await output('lb69-1', 'ls /run/reboot-required; systemctl is-active haproxy')).toBe('active');
    await fleet.waitForFleet();
  });

  test('a host that goes down in the middle of a command is looked at by a person, then the run goes on', async () => {
    const command = 'echo began >>/root/went-down; [ -e /root/second ] || { touch /root/second; sleep 600; }';
    const rolling = muster('roll', '--yes', '-w', 'lb69-1', command);
    await waitFor('the command runs', { within: 60_000 }, async () =>
      (await output('lb69-1', 'ls /root/second')) === '' ? notYet('not begun') : true,
    );
    await fleet.exec('lb69-1', 'systemctl reboot');
    const stopped = await rolling;
    const asked = await muster('runs', 'resume');
    const decided = await muster('runs', 'resume', '--run-again', 'lb69-1');

    expect([stopped.code, asked.code, decided.code]).toEqual([5, 5, 0]);
    expect(stopped.stdout).toContain('the node went down while it ran');
    expect(await output('lb69-1', 'cat /root/went-down')).toBe('began\nbegan');
  });

  test('a workflow reboots hosts one after the other and waits until each is back', async () => {
    const file = join(own.state, 'reboot.yaml');
    writeFileSync(
      file,
      [
        'name: reboot',
        'gates:',
        '  after: [{ ready: ssh }]',
        'steps:',
        '  - id: reboot',
        '    run: systemctl reboot; sleep 600',
        '    reboots: true',
        '    timeout: 5m',
        '    until: systemctl is-active ssh',
        '',
      ].join('\n'),
    );
    const hosts = ['lb69-1', 'etcd1'];
    const bootIds = () => Promise.all(hosts.map((host) => output(host, 'journalctl --list-boots | wc -l')));
    const before = await bootIds();

    const rolled = await muster('roll', '--yes', file, hosts.join(','));

    expect(`${rolled.code} ${rolled.stdout}${rolled.stderr}`).toMatch(/^0 /);
    expect((await bootIds()).map(Number)).toEqual(before.map((count) => Number(count) + 1));
    await fleet.waitForFleet();
  });
});

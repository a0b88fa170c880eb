import { describe, expect, it } from 'vitest';

import { Job } from '../../../src/demo/sh/job.ts';
import { freshNode, runOn } from './run-on-node.ts';

const output = async (command: string, name?: string) => (await runOn(freshNode(name), command)).stdout;

describe('psql', () => {
  it('prints the version as psql does', async () => {
    expect(await runOn(freshNode(), "psql -c 'show server_version;'")).toEqual({
      stdout: ' server_version \n----------------\n 9.6.11\n(1 row)\n\n',
      stderr: '',
      status: 0,
    });
  });

  it('prints bare values with -At', async () => {
    expect(await output("psql -Atc 'select pg_is_in_recovery();'")).toBe('f\n');
    expect(await output("psql -Atc 'SELECT pg_is_in_recovery()'", 'node2')).toBe('t\n');
    expect(await output('psql -X -A -t --command="show server_version_num"')).toBe('90611\n');
  });

  it('answers several queries, also from standard input', async () => {
    expect(await output("psql -Atc 'select 1; show port' -c checkpoint")).toBe('1\n5432\nCHECKPOINT\n');
    expect((await runOn(freshNode(), 'psql -At', { stdin: 'show work_mem;\n' })).stdout).toBe('16MB\n');
  });

  it('aligns several columns', async () => {
    expect(
      await output("psql -c 'select application_name, state, sync_state from pg_stat_replication'"),
    ).toBe(
      ' application_name |   state   | sync_state \n' +
        '------------------+-----------+------------\n' +
        ' node2            | streaming | async\n' +
        ' node3            | streaming | async\n' +
        '(2 rows)\n\n',
    );
  });

  it('refuses what the demo does not know, with status 1', async () => {
    const ran = await runOn(freshNode(), "psql -c 'drop database shop'");
    expect(ran).toMatchObject({ stdout: '', status: 1 });
    expect(ran.stderr).toMatch(/^ERROR: {2}the server of this demo does not know this query\n/);
  });

  it('is not found on a proxy', async () => {
    expect(await runOn(freshNode('lb1'), 'psql -c "select 1"')).toEqual({
      stdout: '',
      stderr: 'sh: 1: psql: not found\n',
      status: 127,
    });
  });

  it('cannot connect while Patroni is stopped', async () => {
    const node = freshNode();
    const ran = await runOn(node, 'systemctl stop patroni; psql -c "select 1"');
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^psql: could not connect to server: No such file or directory\n/);
  });
});

describe('apt-get', () => {
  it('upgrades 9.6.11 to 9.6.12, and the server restarts', async () => {
    const node = freshNode();
    const ran = await runOn(node, 'sudo apt-get upgrade -y');
    expect(ran).toMatchObject({ stderr: '', status: 0 });
    expect(ran.stdout).toContain('Reading package lists...\n');
    expect(ran.stdout).toContain('3 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n');
    expect(ran.stdout).toContain(
      'Unpacking postgresql-9.6 (9.6.12-1.pgdg90+1) over (9.6.11-1.pgdg90+1) ...\n',
    );
    expect((await runOn(node, "psql -Atc 'show server_version'; psql --version")).stdout).toBe(
      '9.6.12\npsql (PostgreSQL) 9.6.12\n',
    );
    expect((await runOn(node, 'apt-get upgrade -y')).stdout).toContain('\n0 upgraded, 0 newly');
  });

  it('asks without -y, and takes the end of input for a no', async () => {
    const node = freshNode();
    const ran = await runOn(node, 'apt-get upgrade');
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/Do you want to continue\? \[Y\/n\] Abort\.\n$/);
    expect(node.serverVersion).toBe('9.6.11');
  });

  it('refuses to run twice at once, and gives the lock back when it is killed', async () => {
    const node = freshNode();
    const job = new Job();
    const first = runOn(node, 'apt-get upgrade -y', { job });
    await expect.poll(() => node.packageLock).toBe(true);
    const second = await runOn(node, 'apt-get upgrade -y');
    expect(second.status).toBe(100);
    expect(second.stderr).toMatch(/^E: Could not get lock \/var\/lib\/dpkg\/lock/);
    job.deliver('TERM');
    await expect(first).rejects.toThrow('killed by TERM');
    expect(node.packageLock).toBe(false);
    expect(node.serverVersion).toBe('9.6.11');
  });

  it('says which packages could be upgraded', async () => {
    expect(await output('apt list --upgradable 2>/dev/null | grep postgresql-9.6')).toBe(
      'postgresql-9.6/stretch-pgdg 9.6.12-1.pgdg90+1 amd64 [upgradable from: 9.6.11-1.pgdg90+1]\n',
    );
    expect(await output('apt-cache policy postgresql-9.6 | head -3')).toBe(
      'postgresql-9.6:\n  Installed: 9.6.11-1.pgdg90+1\n  Candidate: 9.6.12-1.pgdg90+1\n',
    );
    expect(await output(String.raw`dpkg-query -W -f='${'$'}{Package} ${'$'}{Version}\n' 'postgresql*'`)).toBe(
      'postgresql-9.6 9.6.11-1.pgdg90+1\npostgresql-client-9.6 9.6.11-1.pgdg90+1\n',
    );
    expect((await runOn(freshNode(), 'apt-get install -y nginx')).stderr).toBe(
      'E: Unable to locate package nginx\n',
    );
  });

  it('installs the server with what it depends on', async () => {
    const node = freshNode();
    expect(await runOn(node, 'apt-get install -y --only-upgrade postgresql-9.6')).toMatchObject({
      status: 0,
    });
    expect((await runOn(node, 'dpkg -l | tail -5')).stdout).not.toContain('9.6.11');
  });
});

describe('Patroni', () => {
  it('lists the members of the cluster, the same on each of them', async () => {
    const expected = `+---------+--------+-----------+--------+---------+----+-----------+
| Cluster | Member |   Host    |  Role  |  State  | TL | Lag in MB |
+---------+--------+-----------+--------+---------+----+-----------+
| pg70    | node4  | 10.69.0.4 | Leader | running |  3 |         0 |
| pg70    | node5  | 10.69.0.5 |        | running |  3 |         0 |
| pg70    | node6  | 10.69.0.6 |        | running |  3 |         0 |
+---------+--------+-----------+--------+---------+----+-----------+
`;
    expect(await output('patronictl list', 'node4')).toBe(expected);
    expect(await output('patronictl -c /etc/patroni/config.yml list', 'node6')).toBe(expected);
  });

  it('switches over', async () => {
    const node = freshNode();
    expect(await runOn(node, 'patronictl switchover --candidate node3 --force')).toMatchObject({ status: 0 });
    expect(node.cluster).toMatchObject({ leader: 'node3', timeline: 4 });
    expect((await runOn(node, "psql -Atc 'select pg_is_in_recovery()'")).stdout).toBe('t\n');
  });

  it('gives the lead to another member when the leader stops', async () => {
    const node = freshNode();
    await runOn(node, 'sudo systemctl stop patroni');
    expect(node.cluster?.leader).toBe('node2');
    expect(await runOn(node, 'systemctl is-active patroni')).toEqual({
      stdout: 'inactive\n',
      stderr: '',
      status: 3,
    });
    expect((await runOn(node, 'systemctl start patroni && systemctl is-active patroni')).stdout).toBe(
      'active\n',
    );
  });
});

describe('the system', () => {
  it('tells nodes apart where the demo wants it', async () => {
    expect(await output('uname -r; hostname')).toBe('4.9.0-8-amd64\nnode1\n');
    expect(await output('uname -a', 'node5')).toBe(
      'Linux node5 4.9.0-7-amd64 #1 SMP Debian 4.9.110-3+deb9u2 (2018-08-13) x86_64 GNU/Linux\n',
    );
    expect(await output("psql -Atc 'show work_mem'", 'node6')).toBe('4MB\n');
    expect(await output('df -h', 'node3')).toContain(' 94% /var/lib/postgresql\n');
  });

  it('keeps files until the demo ends', async () => {
    const node = freshNode();
    await runOn(node, 'mkdir -p notes/a; echo one > notes/a/x; echo two >> notes/a/x; touch notes/y');
    expect(
      (await runOn(node, 'cd notes && cat a/x && ls && rm -r a && ls; cat /home/demo/notes/a/x')).stdout,
    ).toBe('one\ntwo\na\ny\ny\n');
    expect((await runOn(node, 'cat /etc/hostname; ls *.nothing')).stderr).toBe(
      "ls: cannot access '*.nothing': No such file or directory\n",
    );
  });

  it('has room for little, whoever writes it', async () => {
    const ran = await runOn(freshNode(), 'yes > big');
    expect(ran).toEqual({ stdout: '', stderr: 'yes: write error: No space left on device\n', status: 1 });
  });

  it('runs as whom sudo says', async () => {
    expect(await output('whoami; sudo whoami; sudo -u postgres sh -c "whoami; cd; pwd"; id -u')).toBe(
      'demo\nroot\npostgres\n/var/lib/postgresql\n1000\n',
    );
  });

  it('fails, chatters and works slowly on request', async () => {
    expect(await runOn(freshNode(), 'failing')).toEqual({
      stdout: 'checking the data folder\n',
      stderr: 'failing: the data folder is not empty\n',
      status: 3,
    });
    const text = await output('chatter 1234');
    expect(text).toHaveLength(1234 * 69);
    expect(text.slice(-69)).toMatch(/^ {4}1234 /);
    expect(await output('slow 0.01')).toBe('done\n');
  });

  it('has none of the real machine', async () => {
    expect(await runOn(freshNode(), 'cat /etc/passwd; ls /opt /proc; node -v; env | grep -c PATH')).toEqual({
      stdout: '1\n',
      stderr:
        'cat: /etc/passwd: No such file or directory\n' +
        "ls: cannot access '/opt': No such file or directory\n" +
        "ls: cannot access '/proc': No such file or directory\n" +
        'sh: 1: node: not found\n',
      status: 0,
    });
  });
});

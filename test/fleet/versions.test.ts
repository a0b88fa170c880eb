import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { auditDocumentSchema } from '../support/versions-json.ts';
import { musterProgram, runProgram, type ProgramResult } from '../support/muster.ts';
import type { Fleet } from './controller.ts';
import { openTestFleet, type TestFleet } from './open-test-fleet.ts';
import { databasePassword } from './roles/patroni.ts';

let own: TestFleet;
let fleet: Fleet;

beforeAll(async () => {
  own = await openTestFleet({ clusters: 2 });
  ({ fleet } = own);
}, 600_000);

afterAll(async () => {
  await own.close();
});

function versions(...args: string[]): Promise<ProgramResult> {
  return own.muster(['versions', ...args]);
}

const rowsOf = ({ stdout }: ProgramResult) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));

/** Upgrades a package as an operator would who forbids restarts. */
async function upgrade(host: string, packages: string): Promise<void> {
  const done = await fleet.exec(
    host,
    `printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d &&
     apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --only-upgrade ${packages}`,
  );
  expect(done.code).toBe(0);
}

describe('muster versions on Patroni clusters', () => {
  beforeEach(async () => {
    await fleet.waitForFleet();
  });

  test('folds each cluster to a row, whoever logs in', async () => {
    for (const user of ['root', 'admin']) {
      const [head, ...rows] = rowsOf(await versions('-w', '@patroni', '-l', user));
      expect(head!.slice(0, 4)).toEqual(['nodes', 'cluster', 'running', 'installed']);
      expect(rows.map((row) => row.slice(0, 4))).toEqual([
        ['pg69-[1-3] (3)', 'pg69', '15.18', '15.18'],
        ['pg70-[1-3] (3)', 'pg70', '15.18', '15.18'],
      ]);
    }
  });

  test('knows of each member what Patroni and its server say', async () => {
    const document = auditDocumentSchema.parse(
      JSON.parse((await versions('-w', 'pg69-[1-3]', '--json')).stdout),
    );
    const leader = await fleet.leader('69');
    for (const { node, facts } of document.nodes) {
      const [server] = facts!.instances;
      expect([node, server!.role, server!.runningFrom]).toEqual([
        node,
        node === leader ? 'primary' : 'standby',
        'sql',
      ]);
      expect(facts!.patroni[0]).toMatchObject({
        scope: 'pg69',
        running: facts!.patroni[0]!.installed,
        members: ['pg69-1', 'pg69-2', 'pg69-3'],
        systemIdentifier: server!.systemIdentifier,
      });
      expect(facts!.problems).toEqual([]);
    }
  });

  test('is told the same whichever way servers are asked', async () => {
    const answer = async (...args: string[]): Promise<unknown> => {
      const { stdout } = await versions('-w', '@patroni', '--json', '--no-save', ...args);
      const { nodes } = auditDocumentSchema.parse(JSON.parse(stdout));
      return nodes.map(({ node, facts }) => ({
        node,
        instances: facts!.instances,
        problems: facts!.problems,
      }));
    };
    const byPsql = await answer('--sql', 'psql');
    for (const user of ['root', 'admin', 'postgres']) {
      expect(await answer('--sql', 'pg', '-l', user)).toEqual(byPsql);
    }
  });

  test('asks servers directly with a DSN, by what the environment knows', async () => {
    const addresses = fleet.plan.clusters[0]!.members.map(({ address }) => address);
    const answer = await runProgram(
      musterProgram,
      ['versions', '-w', addresses.join(','), '--dsn', 'postgresql://postgres@%h:5432/postgres', '--no-save'],
      { env: { XDG_STATE_HOME: own.state, XDG_CONFIG_HOME: own.state, PGPASSWORD: databasePassword } },
    );
    expect(rowsOf(answer)[1]!.slice(1, 2)).toEqual(['15.18']);
    expect(rowsOf(answer)).toHaveLength(2);
  });

  test('says what is installed where PostgreSQL does not run', async () => {
    const rows = rowsOf(await versions('-w', 'etcd1,lb69-1', '--per-node'));
    const column = (name: string) => rows[0]!.indexOf(name);
    expect(
      rows.slice(1).map((row) => [row[0], row[column('installed')], row[column('running')] ?? '']),
    ).toEqual([
      ['etcd1', '15.18', ''],
      ['lb69-1', '15.18', ''],
    ]);
  });

  test('answers without SQL what Patroni and the program know', async () => {
    await fleet.exec('pg70-2', 'chmod 0 /usr/lib/postgresql/15/bin/psql /usr/bin/psql');
    const { stdout } = await versions('-w', 'pg70-2', '--json', '--no-save', '--sql', 'psql');
    await fleet.exec('pg70-2', 'chmod 755 /usr/lib/postgresql/15/bin/psql /usr/bin/psql');
    const [server] = auditDocumentSchema.parse(JSON.parse(stdout)).nodes[0]!.facts!.instances;
    expect([server!.running, server!.runningFrom]).toEqual(['15.18', 'patroni']);
  });

  test('survives a tool that prints garbage', async () => {
    await fleet.exec(
      'lb70-1',
      "mv /usr/sbin/haproxy /usr/sbin/haproxy.real; printf '#!/bin/sh\\nhead -c 5000 /dev/urandom\\n' >/usr/sbin/haproxy; chmod +x /usr/sbin/haproxy",
    );
    const { stdout, stderr } = await versions('-w', 'lb70-1', '--json', '--no-save');
    await fleet.exec('lb70-1', 'mv /usr/sbin/haproxy.real /usr/sbin/haproxy');
    expect(stderr).toBe('');
    const { facts } = auditDocumentSchema.parse(JSON.parse(stdout)).nodes[0]!;
    expect(facts!.tools.find(({ name }) => name === 'haproxy')?.installed ?? null).toBeNull();
  });

  test('sees what an upgrade without restarts leaves behind, and that the cluster drifts', async () => {
    await versions('-a');
    await upgrade('pg69-2', 'postgresql-15');

    const changed = rowsOf(await versions('-w', '@patroni', '--diff', 'LAST'));
    expect(changed).toContainEqual(['pg69-2', 'installed', '15.18', '15.20']);
    expect(changed.filter(([, what]) => what === 'running')).toEqual([]);

    const behind = rowsOf(await versions('-w', 'pg69-2', '--behind'));
    expect(behind[1]!.at(-1)).toMatch(/^restart needed: 15\.18 runs, 15\.20 is installed since /);

    const drift = await versions('-w', '@patroni', '--drift');
    expect(rowsOf(drift)).toEqual([
      ['cluster', 'what', 'value', 'nodes'],
      ['pg69', 'installed', '15.18', 'pg69-[1,3] (2)'],
      ['pg69', 'installed', '15.20', 'pg69-2 (1)'],
    ]);
    expect(drift.code).toBe(11);
  });

  test('sees a proxy whose program was replaced while it ran', async () => {
    const before = rowsOf(await versions('-w', 'lb69-1', '--behind'));
    expect(before.flat().join(' ')).not.toContain('haproxy was replaced');
    const replaced = await fleet.exec(
      'lb69-1',
      'cp -p /usr/sbin/haproxy /root/h && mv /root/h /usr/sbin/haproxy',
    );
    expect(replaced.code).toBe(0);

    const after = rowsOf(await versions('-w', 'lb69-1', '--behind'));
    expect(after[1]!.at(-1)).toMatch(/restart needed: haproxy was replaced on \d{4}-\d\d-\d\d/);
  });

  test('names a node without power, and is partial', async () => {
    await fleet.stop('pg70-3');
    const answer = await versions('-w', 'pg70-[1-3]', '-t', '3');
    await fleet.start('pg70-3');

    const rows = rowsOf(answer);
    expect(rows[1]![0]).toBe('pg70-[1-2] (2)');
    expect(rows[2]![0]).toBe('pg70-3');
    expect(rows[2]!.at(-1)).toMatch(/^no answer: /);
    expect(answer.stderr).toContain('muster: 1 of 3 nodes did not answer: pg70-3\n');
  });

  test('names a held package', async () => {
    await fleet.exec('pg70-1', 'apt-get -qq update && apt-mark hold postgresql-15');
    const rows = rowsOf(await versions('-w', 'pg70-1', '--behind'));
    await fleet.exec('pg70-1', 'apt-mark unhold postgresql-15');
    expect(rows[1]!.at(-1)).toMatch(/^2 minors behind 15\.20, security, held/);
  });
});

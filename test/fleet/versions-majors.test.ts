import { beforeAll, describe, expect, test } from 'vitest';
import { collectorScript } from '../../src/versions/collector-script.ts';
import type { NodeFacts } from '../../src/versions/facts.ts';
import { readNodeFacts } from '../../src/versions/read-node-facts.ts';
import { bundledReleaseData, noteQueries } from '../../src/versions/release-data.ts';
import { readSections } from '../../src/versions/sections.ts';
import { runInChroot } from './build/chroot.ts';
import { findMirrors } from './build/mirrors.ts';
import { plainSystem } from './build/plain-system.ts';
import { fleetFolders } from './folders.ts';

/** Debian's own clusters, without Patroni, on the suites beside the fleet's. */
describe.each([
  { suite: 'bullseye', major: '13', os: 'Debian 11' },
  { suite: 'trixie', major: '17', os: 'Debian 13' },
])('muster versions on $os', ({ suite, major, os }) => {
  let facts: NodeFacts;
  let script: string;
  let root: string;

  beforeAll(async () => {
    root = await plainSystem(`${fleetFolders().cache}/plain`, suite, major, await findMirrors());
    script = collectorScript({
      nonce: 'mark',
      notes: noteQueries(await bundledReleaseData()),
      probes: [],
      psql: true,
    });
    facts = await collect();
  }, 600_000);

  /** The cluster `main` and another one run while the collector asks; all of it ends with the chroot. */
  async function collect(before = ''): Promise<NodeFacts> {
    const answer = await runInChroot(
      root,
      `{ pg_lsclusters -h | grep -q ' other ' || pg_createcluster ${major} other
         pg_ctlcluster ${major} main start; pg_ctlcluster ${major} other start
         runuser -u postgres -- psql -qc 'create extension if not exists plpgsql' -c 'create collation if not exists de (locale = "C")'
         ${before}
       } >&2
       cat >/tmp/collector <<'END_OF_COLLECTOR'
${script}
END_OF_COLLECTOR
       sh -s </tmp/collector
       pg_ctlcluster ${major} main stop -m fast >&2; pg_ctlcluster ${major} other stop -m fast >&2`,
    );
    return readNodeFacts(readSections(answer, 'mark'));
  }

  test('reads the system', () => {
    expect([facts.os?.name, facts.packages.manager, facts.patroni]).toEqual([os, 'apt', []]);
    expect(facts.problems).toEqual([]);
  });

  test('gives each of two servers a row', () => {
    expect(
      facts.instances.map(({ port, running, runningFrom, role, replaced }) => ({
        port,
        major: running?.split('.')[0],
        runningFrom,
        role,
        replaced,
      })),
    ).toEqual(
      [5432, 5433].map((port) => ({ port, major, runningFrom: 'sql', role: 'primary', replaced: false })),
    );
    expect(new Set(facts.instances.map(({ systemIdentifier }) => systemIdentifier)).size).toBe(2);
  });

  test('runs what is installed, and knows extensions, settings and collations', () => {
    for (const server of facts.instances) {
      expect(server.installed).toBe(server.running);
      expect(server.extensions?.map(({ name }) => name)).toContain('plpgsql');
      expect(server.collations).toEqual([]);
      expect(server.settings['wal_level']).toBe('replica');
      expect(server.databases).toEqual({ total: 1, seen: 1 });
    }
    expect(facts.packages.list.map(({ name }) => name)).toContain(`postgresql-${major}`);
  });

  test('names a setting that waits for a restart', async () => {
    const changed = await collect(
      `runuser -u postgres -- psql -qc 'alter system set max_connections = 77' -c 'select pg_reload_conf()' >/dev/null
       until runuser -u postgres -- psql -Atqc 'select count(*) from pg_settings where pending_restart' | grep -qx 1; do sleep 0.1; done`,
    );
    await runInChroot(root, `rm -f /var/lib/postgresql/${major}/main/postgresql.auto.conf`);
    expect(changed.instances[0]!.pendingRestart.map(({ name }) => name)).toEqual(['max_connections']);
  });
});

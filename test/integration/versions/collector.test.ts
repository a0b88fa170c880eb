import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectorScript } from '../../../src/versions/collector-script.ts';
import type { NodeFacts } from '../../../src/versions/facts.ts';
import { makeProbe } from '../../../src/versions/probe.ts';
import { readNodeFacts } from '../../../src/versions/read-node-facts.ts';
import { bundledReleaseData, noteQueries, type NoteQuery } from '../../../src/versions/release-data.ts';
import { readSections } from '../../../src/versions/sections.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { findTool } from '../../support/require-tool.ts';

const bin = postgresPrograms();
const probes = [
  makeProbe('reads-stdin', 'cat; echo 1.2.3'),
  makeProbe('fails', 'echo 1.0; exit 3'),
  makeProbe('unbalanced', 'echo "'),
  makeProbe('quotes', `printf '%s' "it's 4.5"`),
];
let notes: NoteQuery[];

beforeAll(async () => {
  notes = noteQueries(await bundledReleaseData());
});

function collect(shell: readonly string[], script?: string): { text: string; facts: NodeFacts } {
  const [program, ...args] = shell;
  const input = script ?? collectorScript({ nonce: 'abc', notes, probes, psql: true });
  const { stdout } = spawnSync(program!, args, { input, encoding: 'utf8' });
  return { text: stdout, facts: readNodeFacts(readSections(stdout, 'abc'), probes) };
}

describe('the collector', () => {
  it('answers probes whatever they do, and goes on', () => {
    const { facts } = collect(['sh', '-s']);
    expect(facts.probes).toEqual({ 'reads-stdin': '1.2.3', fails: null, unbalanced: null, quotes: '4.5' });
    expect(facts.problems.filter((text) => text.includes('cut'))).toEqual([]);
  });

  it('does nothing when the script did not arrive whole', () => {
    const script = collectorScript({ nonce: 'abc', notes, probes, psql: true });
    for (const part of [0.2, 0.5, 0.9, 0.999]) {
      expect(collect(['sh', '-s'], script.slice(0, script.length * part)).text).toBe('');
    }
  });

  const busybox = findTool('busybox', 'busybox');
  const shells: [string, string[] | undefined][] = [
    ['bash', ['bash', '-s']],
    ['bash --posix', ['bash', '--posix', '-s']],
    ['busybox sh', busybox === undefined ? undefined : [busybox, 'sh', '-s']],
  ];
  for (const [name, shell] of shells) {
    it.skipIf(shell === undefined)(`says in ${name} what it says in sh`, () => {
      const inSh = collect(['sh', '-s']).facts;
      const inShell = collect(shell!).facts;
      // Other tests start and end servers meanwhile.
      const lasting = (facts: NodeFacts) => ({ ...facts, at: null, instances: null, problems: null });
      expect(lasting(inShell)).toEqual(lasting(inSh));
    });
  }

  /** Whether the collector finds `confd` or a server of ours while a program of this name and these words runs. */
  async function whileRunning(words: readonly string[], prefix: readonly string[] = []): Promise<NodeFacts> {
    const folder = mkdtempSync(join(tmpdir(), 'daemon-'));
    const program = join(folder, words[0]!);
    // A script's process has the script's name.
    writeFileSync(program, '#!/bin/sh\necho started; read -r _\n', { mode: 0o755 });
    const [first, ...rest] = [...prefix, program, ...words.slice(1)];
    const daemon = spawn(first!, rest, { stdio: ['pipe', 'pipe', 'ignore'], cwd: folder });
    const ended = once(daemon, 'exit');
    try {
      await once(daemon.stdout, 'data');
      const { facts } = collect(['sh', '-s']);
      return { ...facts, instances: facts.instances.filter(({ dataDirectory }) => dataDirectory === folder) };
    } finally {
      daemon.stdin.end();
      await ended;
      rmSync(folder, { recursive: true });
    }
  }
  const daemons = ({ tools }: NodeFacts) => tools.filter(({ running }) => running).map(({ name }) => name);

  it('takes no program that is only asked for its version, by another audit for one, for one that runs', async () => {
    expect(daemons(await whileRunning(['confd', '-watch']))).toContain('confd');
    expect(daemons(await whileRunning(['confd', '-version']))).not.toContain('confd');
    expect((await whileRunning(['postgres', '-D', '/'])).instances).toHaveLength(1);
    expect((await whileRunning(['postgres', '-V'])).instances).toEqual([]);
    expect((await whileRunning(['postgres', '--boot', '-F'])).instances).toEqual([]);
  });

  const unshare = findTool('unshare', 'util-linux');
  it.skipIf(unshare === undefined)(
    'names what runs in a container and takes it for none of its own',
    async () => {
      const facts = await whileRunning(['confd', '-watch'], [unshare!, '-r', '-p', '-f', '--kill-child']);
      expect(facts.problems.join()).toMatch(/in containers, not asked: .*\bconfd \(1\)/);
      expect(daemons(facts)).not.toContain('confd');
    },
  );

  it('needs no HOME, no PATH and no terminal', () => {
    const input = collectorScript({ nonce: 'abc', notes: [], probes: [], psql: true });
    const { stdout } = spawnSync('/bin/sh', ['-s'], { input, encoding: 'utf8', env: {} });
    const facts = readNodeFacts(readSections(stdout, 'abc'));
    expect(facts.os).not.toBeNull();
    expect(facts.problems.filter((text) => text.includes('cut'))).toEqual([]);
  });
});

describe.skipIf(bin === undefined)('the collector beside a running PostgreSQL', () => {
  let server: TestPostgres;
  const port = 20_000 + (process.pid % 20_000);
  const own = () => collect(['sh', '-s']).facts.instances.find((one) => one.port === port)!;

  beforeAll(() => {
    server = startPostgres(bin!, port, ['shared_preload_libraries=pg_stat_statements', 'wal_level=logical']);
    server.sql(`create database "We""ird"; create database "a b"; create database "x=y";`);
    server.sql('create extension pg_stat_statements; create extension pgcrypto;', 'We"ird');
    server.sql(`create table t (i interval); create index on t (i);
      select pg_create_logical_replication_slot('other', 'test_decoding');`);
  });
  afterAll(() => server.stop());

  it('asks the server and each database it can connect to', () => {
    const found = own();
    const number = server.sql('show server_version_num').trim();
    expect(found).toMatchObject({
      running: `${number.slice(0, 2)}.${Number(number.slice(2))}`,
      runningFrom: 'sql',
      installed: found.running,
      replaced: false,
      role: 'primary',
      dataDirectory: `${server.folder}/data`,
      checksums: true,
      pendingRestart: [],
      replacedLibraries: [],
      // A name with = would be read as a connection string: that database is counted and not seen.
      databases: { total: 4, seen: 3 },
    });
    expect(found.settings).toMatchObject({
      shared_preload_libraries: 'pg_stat_statements',
      wal_level: 'logical',
      server_encoding: 'UTF8',
    });
    expect(found.systemIdentifier).toBe(
      server.sql('select system_identifier from pg_control_system()').trim(),
    );
    expect(found.extensions!.map(({ name, databases }) => [name, databases])).toEqual([
      ['pg_stat_statements', ['We"ird']],
      ['pgcrypto', ['We"ird']],
      ['plpgsql', ['We"ird', 'a b', 'postgres']],
    ]);
  });

  it('finds what release notes ask for, and not what the server brings along', () => {
    expect(own().notes).toEqual(['pgcrypto-ignore-cipher-failure', 'reindex-gist-interval']);
  });

  it('sees an outdated extension, a mismatched collation and a setting that waits', () => {
    server.sql(`update pg_extension set extversion = '1.9' where extname = 'pg_stat_statements'`, 'We"ird');
    server.sql(`update pg_database set datcollversion = '0.1' where datname = 'a b'`);
    server.sql('alter system set max_connections = 150');
    server.sql('select pg_reload_conf()');
    // The postmaster reads its configuration when the signal arrives.
    const deadline = Date.now() + 10_000;
    while (server.sql('select count(*) from pg_settings where pending_restart').trim() === '0') {
      if (Date.now() > deadline) throw new Error('max_connections does not wait for a restart');
    }

    const found = own();
    expect(found.pendingRestart).toEqual([{ name: 'max_connections', from: '100', to: null }]);
    expect(found.collations).toMatchObject([{ database: 'a b', collation: null, recorded: '0.1' }]);
    expect(found.extensions!.find(({ name }) => name === 'pg_stat_statements')).toMatchObject({
      version: '1.9',
    });
  });

  it('changes nothing: no statement fails, no row is written', () => {
    const written = () =>
      server.sql(
        'select sum(xact_rollback), sum(tup_inserted + tup_updated + tup_deleted) from pg_stat_database',
      );
    own();
    // Counters arrive when sessions end; two equal looks mean there is nothing left to come.
    const first = written();
    own();
    expect(written()).toBe(first);
  });
});

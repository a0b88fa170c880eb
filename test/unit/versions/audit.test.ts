import { beforeAll, describe, expect, it } from 'vitest';
import { NodeSet } from '../../../src/nodeset/node-set.ts';
import { allFindings, auditFleet } from '../../../src/versions/audit.ts';
import type { Audit, NodeAnswer } from '../../../src/versions/audit-types.ts';
import { auditDocument } from '../../../src/versions/audit-document.ts';
import { changesTable } from '../../../src/versions/compare-documents.ts';
import { driftTable } from '../../../src/versions/drift-table.ts';
import type { InstanceFacts, NodeFacts } from '../../../src/versions/facts.ts';
import { findingsStatus } from '../../../src/versions/findings.ts';
import { fleetTable } from '../../../src/versions/fleet-table.ts';
import { matrixTable } from '../../../src/versions/matrix.ts';
import { pluginAnswer } from '../../../src/versions/nagios.ts';
import { prometheusText } from '../../../src/versions/prometheus.ts';
import { bundledReleaseData, type ReleaseData } from '../../../src/versions/release-data.ts';
import { supportTable } from '../../../src/versions/support-table.ts';
import { captureText, readCapture, readText } from './read-capture.ts';

const now = new Date('2026-11-24T06:00:00Z');
const fold = (nodes: readonly string[]) => NodeSet.of(nodes).toString();
const upgraded = readCapture('patroni-member-upgraded');
let data: ReleaseData;

/** The captured member as it was before its packages were upgraded. */
const before: NodeFacts = withServer(upgraded, { installed: '15.18', replaced: false }, '15.18-0+deb12u1');

function withServer(facts: NodeFacts, server: Partial<InstanceFacts>, installed?: string): NodeFacts {
  return {
    ...facts,
    instances: facts.instances.map((one) => ({ ...one, ...server })),
    packages: {
      ...facts.packages,
      list: facts.packages.list
        .filter(({ name }) => name === 'postgresql-15')
        .map((one) => ({ ...one, installed: installed ?? one.installed })),
    },
  };
}

function fleet(nodes: Readonly<Record<string, NodeFacts | string>>): NodeAnswer[] {
  return Object.entries(nodes).map(([node, answer]) =>
    typeof answer === 'string'
      ? { node, facts: null, failure: answer }
      : { node, facts: answer, failure: null },
  );
}

const auditOf = (nodes: Readonly<Record<string, NodeFacts | string>>): Audit =>
  auditFleet(fleet(nodes), { data, now });
const texts = (audit: Audit, node: string) =>
  audit.rows
    .filter((row) => row.node === node)
    .flatMap(({ findings }) => findings.map(({ kind, text }) => `${kind}: ${text}`));

beforeAll(async () => {
  data = await bundledReleaseData();
});

describe('the audit of a cluster that is half upgraded', () => {
  it('says who needs a restart, who is behind, and that members differ', () => {
    const audit = auditOf({ n1: before, n2: withServer(upgraded, {}), n3: before });

    expect(texts(audit, 'n2')).toEqual([
      'restart: restart needed: 15.18 runs, 15.20 is installed since 2026-11-24',
      'note: Debian 12 has extended support only, until 2028-06-30',
      'drift: installed differs: 15.18 (2), 15.20 (1)',
    ]);
    expect(texts(audit, 'n1')).toEqual([
      'behind: 2 minors behind 15.20, security',
      'note: Debian 12 has extended support only, until 2028-06-30',
      'drift: installed differs: 15.18 (2), 15.20 (1)',
    ]);
    expect(findingsStatus(allFindings(audit))).toBe(11);
  });

  it('folds nodes with the same answers and names those without one', () => {
    const audit = auditOf({ n1: before, n2: before, n4: 'connection refused (10.0.0.4:22)', n3: before });

    expect(fleetTable(audit, { fold, perNode: false })).toEqual({
      headers: [
        'nodes',
        'cluster',
        'running',
        'installed',
        'candidate',
        'latest',
        'patroni',
        'os',
        'with',
        'findings',
      ],
      rows: [
        [
          'n[1-3] (3)',
          'pg69',
          '15.18',
          '15.18',
          '15.20',
          '15.20',
          '3.0.2',
          'Debian 12',
          'pgbackrest 2.45\nhaproxy 2.6.12-1+deb12u4\nbroken ?',
          '2 minors behind 15.20, security\nDebian 12 has extended support only, until 2028-06-30',
        ],
        ['n4', '', '', '', '', '', '', '', '', 'no answer: connection refused (10.0.0.4:22)'],
      ],
    });
  });

  it('shows differences as a table, the most common value first', () => {
    expect(driftTable(auditOf({ n1: before, n2: withServer(upgraded, {}), n3: before }), fold).rows).toEqual([
      ['pg69', 'installed', '15.18', 'n[1,3] (2)'],
      ['pg69', 'installed', '15.20', 'n2 (1)'],
    ]);
  });

  it('counts versions in the matrix where members differ', () => {
    const running = withServer(before, { running: '15.20' });
    const { headers, rows } = matrixTable(auditOf({ n1: before, n2: running, n3: before }), fold);
    expect(headers.slice(0, 4)).toEqual(['cluster', 'nodes', 'postgresql', 'patroni']);
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['pg69', 'n[1-3] (3)', '15.18 (2)\n15.20 (1)', '3.0.2'],
    ]);
  });
});

describe('clusters', () => {
  const other = (facts: NodeFacts): NodeFacts => ({
    ...withServer(facts, { systemIdentifier: '7711610482352270000' }),
    patroni: facts.patroni.map((one) => ({
      ...one,
      systemIdentifier: '7711610482352270000',
      members: ['pg70-1', 'pg70-2'],
    })),
  });

  it('that share Patroni’s scope but no member are told apart', () => {
    const audit = auditOf({ n1: before, n2: other(before) });
    expect(audit.rows.map(({ cluster }) => cluster)).toEqual(['pg69/9651', 'pg69/0000']);
    expect(audit.drift).toEqual([]);
  });

  it('without Patroni are those with the same system identifier', () => {
    const bare = (facts: NodeFacts) => ({ ...facts, patroni: [] });
    const named = withServer(before, { settings: { cluster_name: '' } });
    const audit = auditOf({ n1: bare(named), n2: bare(named), n3: bare(other(named)) });
    expect(audit.rows.map(({ cluster }) => cluster)).toEqual(['system-279651', 'system-279651', null]);
  });

  it('whose members have different system identifiers are an inventory error', () => {
    const foreign = withServer(before, { systemIdentifier: '1' });
    const lone = { ...foreign, patroni: foreign.patroni.map((one) => ({ ...one, systemIdentifier: '1' })) };
    expect(auditOf({ n1: before, n2: lone }).drift.map(({ subject }) => subject)).toEqual([
      'system identifier',
    ]);
  });
});

describe('what is judged of one server', () => {
  const judged = (server: Partial<InstanceFacts>, installed?: string) =>
    texts(auditOf({ n1: withServer(before, server, installed) }), 'n1').filter(
      (text) => !text.startsWith('note: Debian'),
    );

  it('is nothing when it is current', () => {
    expect(judged({ running: '15.20', installed: '15.20' }, '15.20-0+deb12u1')).toEqual([]);
  });

  it('includes the notes between what runs and the newest minor whose query found something', () => {
    const old = {
      running: '15.4',
      installed: '15.4',
      notes: ['reindex-gist-interval', 'extension-abi-2024-11'],
    };
    expect(judged(old, '15.4-0+deb12u1')).toEqual([
      'behind: 16 minors behind 15.20, security',
      'note: before 15.20: GiST indexes and btree indexes on interval columns may be damaged by earlier minors: reindex them after the upgrade.',
    ]);
  });

  it('includes majors that are no longer supported, to the day', () => {
    const end = (day: string) =>
      auditFleet(fleet({ n1: withServer(before, { major: '14', running: '14.24', installed: '14.24' }) }), {
        data,
        now: new Date(day),
      }).rows[0]!.findings.map(({ text }) => text);
    expect(end('2026-11-11T00:00:00Z')).toContain('PostgreSQL 14 is supported until 2026-11-12');
    expect(end('2026-11-12T00:00:00Z')).toContain('PostgreSQL 14 is unsupported since 2026-11-12');
  });

  it('includes settings that wait, extensions and collations', () => {
    const audit = auditOf({ n1: readCapture('debian-behind') });
    expect(texts(audit, 'n1')).toEqual([
      'behind: 2 minors behind 15.20, security',
      'restart: restart pending for max_connections, wal_level',
      'behind: extension pg_stat_statements 1.9 in postgres: 1.10 available',
      'drift: collation of a b: built with 2.31, library is unknown: reindex',
      'behind: newer packages: libssl3 (security)',
      'note: Debian 12 has extended support only, until 2028-06-30',
    ]);
  });
});

describe('a node whose server does not run', () => {
  it('is judged by its packages', () => {
    const audit = auditOf({ n1: { ...before, instances: [], patroni: [] } });
    expect(texts(audit, 'n1')).toEqual([
      'behind: 2 minors behind 15.20, security',
      'note: Debian 12 has extended support only, until 2028-06-30',
    ]);
    expect(audit.rows.map(({ running, installed, candidate }) => [running, installed, candidate])).toEqual([
      [null, '15.18', '15.20'],
    ]);
  });

  it('that has only the client library hears of a newer one', () => {
    const client = readCapture('debian-behind');
    const list = client.packages.list.filter(({ name }) => name === 'libpq5');
    const audit = auditOf({ n1: { ...client, instances: [], packages: { ...client.packages, list } } });
    expect(texts(audit, 'n1')[0]).toBe('behind: newer packages: libpq5 (security)');
  });
});

describe('the story of an upgrade', () => {
  it('is told from one audit to the next', () => {
    const document = (nodes: Readonly<Record<string, NodeFacts | string>>) =>
      auditDocument(auditOf(nodes), data, now);
    const old = withServer(before, { running: '9.6.11', installed: '9.6.11' });
    const after = withServer(before, { running: '9.6.12', installed: '9.6.12' });

    expect(
      changesTable(
        document({ n1: old, n2: old, n3: old, n4: 'connection refused' }),
        document({ n1: after, n2: after, n3: old, n4: 'connection refused', n5: old }),
        fold,
        false,
      ).rows,
    ).toEqual([
      ['n[1-2] (2)', 'running', '9.6.11', '9.6.12'],
      ['n[1-2] (2)', 'installed', '9.6.11', '9.6.12'],
      ['n5', 'node', 'not asked', 'asked'],
    ]);
  });
});

describe('a monitoring plugin’s line', () => {
  it.each([
    [
      { n1: withServerCurrent() },
      0,
      'VERSIONS OK - 1 nodes current | nodes=1 eol=0;0 drift=0;0 restart=0;0 behind=0;0 unanswered=0;0',
    ],
    [
      { n1: before, n2: 'timed out' },
      3,
      'VERSIONS UNKNOWN - 1 behind (n1), 1 did not answer (n2) | nodes=2 eol=0;0 drift=0;0 restart=0;0 behind=1;0 unanswered=1;0',
    ],
  ])('%#: has the plugin’s status', (nodes, status, text) => {
    expect(pluginAnswer(auditOf(nodes), fold)).toEqual({ status, text });
  });

  function withServerCurrent(): NodeFacts {
    return withServer(before, { running: '15.20', installed: '15.20' }, '15.20-0+deb12u1');
  }
});

describe('Prometheus’ text', () => {
  it('escapes what would end a label', () => {
    const text = prometheusText(auditOf({ 'n"1\\': { ...before, probes: { p: 'a"b\\c\nd' } } }), data);
    expect(text).toContain(
      String.raw`muster_versions_software_info{node="n\"1\\",name="p",version="a\"b\\c\nd"} 1`,
    );
  });
});

describe('support', () => {
  it('is listed by what ends first', () => {
    expect(supportTable(auditOf({ n1: before, n2: before }), fold, data, now).rows).toEqual([
      ['Debian 12', '2026-07-11', 'ended 136 days ago', '2028-06-30', 'n[1-2] (2)'],
      ['PostgreSQL 15', '2027-11-11', '352 days', '', 'n[1-2] (2)'],
    ]);
  });
});

describe('a member whose server is down', () => {
  it('says what Patroni says of it', () => {
    const text = captureText('patroni-member-upgraded').replace(
      '{"state": "running"',
      '{"state": "start failed"',
    );
    const audit = auditFleet([{ node: 'pg69-2', facts: readText(text), failure: null }], { data, now });
    expect(allFindings(audit).map((finding) => finding.text)).toContain(
      'PostgreSQL does not run: Patroni says "start failed"',
    );
  });
});

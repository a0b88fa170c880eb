import type { AuditRow } from './audit-types.ts';
import type { ClusterDrift } from './findings.ts';

type Compare = (row: AuditRow) => string | null | undefined;

/** What members should have in common; undefined: not known there, and so not compared. */
const compared: Readonly<Record<string, Compare>> = {
  running: (row) => row.running ?? undefined,
  installed: (row) => row.installed ?? undefined,
  'system identifier': (row) => row.instance?.systemIdentifier ?? undefined,
  checksums: (row) => (row.instance?.checksums == null ? undefined : row.instance.checksums ? 'on' : 'off'),
  shared_preload_libraries: (row) => row.instance?.settings['shared_preload_libraries'],
  session_preload_libraries: (row) => row.instance?.settings['session_preload_libraries'],
  patroni: (row) => row.patroni?.running ?? undefined,
  os: (row) => row.facts.os?.name,
  ...Object.fromEntries(
    // What sorts text and what encrypts; libicu and libssl carry their version in the name.
    ['libc6', 'glibc', 'libicu', 'libssl', 'openssl-libs', 'pgbackrest'].map((name) => [
      name,
      (row: AuditRow) => packageVersion(row, name),
    ]),
  ),
};

function packageVersion({ facts }: AuditRow, name: string): string | undefined {
  const found = facts.packages.list.filter(
    (one) => one.name.replace(/[\d.]+(t64)?$/, '') === name || one.name === name,
  );
  return found.length === 0 ? undefined : found.map((one) => `${one.name} ${one.installed}`).join(', ');
}

export function clusterDrift(rows: readonly AuditRow[]): ClusterDrift[] {
  const clusters = new Map<string, AuditRow[]>();
  for (const row of rows) {
    if (row.cluster !== null) clusters.set(row.cluster, [...(clusters.get(row.cluster) ?? []), row]);
  }
  const found: ClusterDrift[] = [];
  for (const [cluster, members] of clusters) {
    if (members.length < 2) continue;
    for (const [subject, compare] of Object.entries(compared)) {
      const drift = differ(cluster, subject, members, compare);
      if (drift !== undefined) found.push(drift);
    }
    found.push(...extensionDrift(cluster, members), ...probeDrift(cluster, members));
  }
  return found;
}

/** The catalog is the primary's, the files are each node's own. */
function extensionDrift(cluster: string, members: readonly AuditRow[]): ClusterDrift[] {
  const names = new Set(
    members.flatMap(({ instance }) => (instance?.extensions ?? []).map(({ name }) => name)),
  );
  return [...names].toSorted().flatMap((name) => {
    const available: Compare = ({ instance }) =>
      instance?.extensions == null
        ? undefined
        : (instance.extensions.find((one) => one.name === name)?.available ?? null);
    return differ(cluster, `extension ${name}`, members, available) ?? [];
  });
}

function probeDrift(cluster: string, members: readonly AuditRow[]): ClusterDrift[] {
  const names = new Set(members.flatMap(({ facts }) => Object.keys(facts.probes)));
  return [...names].flatMap(
    (name) => differ(cluster, name, members, ({ facts }) => facts.probes[name]) ?? [],
  );
}

function differ(
  cluster: string,
  subject: string,
  members: readonly AuditRow[],
  compare: Compare,
): ClusterDrift | undefined {
  const values = new Map<string | null, AuditRow[]>();
  for (const row of members) {
    const value = compare(row);
    if (value !== undefined) values.set(value, [...(values.get(value) ?? []), row]);
  }
  if (values.size < 2) return undefined;
  const ordered = [...values].toSorted(([, a], [, b]) => b.length - a.length);
  const text = `${subject} differs: ${ordered.map(([value, having]) => `${value ?? 'absent'} (${having.length})`).join(', ')}`;
  return {
    cluster,
    subject,
    values: ordered.map(([value, having]) => ({ value, nodes: having.map(({ node }) => node) })),
    finding: { kind: 'drift', subject, text },
  };
}

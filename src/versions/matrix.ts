import type { Audit, AuditRow } from './audit-types.ts';
import { withoutEmptyColumns, type FoldNames, type Grid } from './grid.ts';

type Component = (row: AuditRow) => string | null | undefined;

const tool =
  (name: string): Component =>
  ({ facts }) => {
    const found = facts.tools.find((one) => one.name === name);
    return found === undefined || (!found.running && name !== 'pgbackrest') ? null : found.installed;
  };

const packaged =
  (...names: string[]): Component =>
  ({ facts }) =>
    facts.packages.list.find(({ name }) => names.includes(name))?.installed ?? null;

const components: Readonly<Record<string, Component>> = {
  postgresql: (row) => row.running ?? row.installed,
  patroni: (row) => row.patroni?.running ?? row.patroni?.installed ?? null,
  pgbackrest: tool('pgbackrest'),
  pgbouncer: tool('pgbouncer'),
  haproxy: tool('haproxy'),
  keepalived: tool('keepalived'),
  confd: tool('confd'),
  etcd: tool('etcd'),
  os: ({ facts }) => facts.os?.name,
  kernel: ({ facts }) => facts.kernel.running,
  libc: packaged('libc6', 'glibc'),
  openssl: packaged('libssl3', 'libssl3t64', 'libssl1.1', 'libssl1.0.2', 'openssl-libs'),
};

/** Clusters down, components across; where members differ each version stands with the number of nodes that have it. */
export function matrixTable(audit: Audit, fold: FoldNames): Grid {
  const lines = new Map<string, AuditRow[]>();
  for (const row of audit.rows) {
    // Nodes of no cluster stand together where they are the same kind of node.
    const key =
      row.cluster ??
      `\0${Object.values(components)
        .map((of) => (of(row) ? 'x' : '-'))
        .join('')}`;
    lines.set(key, [...(lines.get(key) ?? []), row]);
  }
  const probes = [...new Set(audit.rows.flatMap(({ facts }) => Object.keys(facts.probes)))];
  const columns: [string, Component][] = [
    ...Object.entries(components),
    ...probes.map((name): [string, Component] => [name, ({ facts }) => facts.probes[name]]),
  ];
  const rows = [...lines].map(([key, members]) => {
    const nodes = [...new Set(members.map(({ node }) => node))];
    return [
      key.startsWith('\0') ? '' : key,
      `${fold(nodes)} (${nodes.length})`,
      ...columns.map(([, of]) => counted(members.map((row) => of(row) ?? ''))),
    ];
  });
  const unanswered = audit.unanswered.map(({ node }) => node);
  if (unanswered.length > 0) {
    rows.push([
      '',
      `${fold(unanswered)} (${unanswered.length})`,
      'no answer',
      ...columns.slice(1).map(() => ''),
    ]);
  }
  return withoutEmptyColumns({ headers: ['cluster', 'nodes', ...columns.map(([name]) => name)], rows });
}

/** One value: itself; several: each with its count, the most common first. */
function counted(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size === 1) return values[0]!;
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([value, count]) => `${value === '' ? '-' : value} (${count})`)
    .join('\n');
}

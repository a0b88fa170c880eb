import type { Audit, AuditRow } from './audit-types.ts';
import type { ToolFacts } from './facts.ts';
import type { Finding } from './findings.ts';
import { foldRows, withoutEmptyColumns, type FoldNames, type Grid } from './grid.ts';

export interface FleetTableOptions {
  readonly fold: FoldNames;
  /** One row a node instead of folded ones. */
  readonly perNode: boolean;
  /** Only rows with such findings, and only these findings; undefined: all. */
  readonly only?: readonly Finding['kind'][] | undefined;
}

const headers = [
  'nodes',
  'cluster',
  'port',
  'running',
  'installed',
  'candidate',
  'latest',
  'patroni',
  'os',
  'with',
  'findings',
];

/** What runs where: the table that `muster versions` prints. Nodes that did not answer are rows, too. */
export function fleetTable(audit: Audit, { fold, perNode, only }: FleetTableOptions): Grid {
  const several = new Set<string>();
  const seen = new Set<string>();
  for (const { node } of audit.rows) {
    if (seen.has(node)) several.add(node);
    seen.add(node);
  }
  const cells = audit.rows.flatMap((row) => {
    const findings = row.findings.filter(({ kind }) => only === undefined || only.includes(kind));
    if (only !== undefined && findings.length === 0) return [];
    return [{ node: row.node, cells: cellsOf(row, findings, several.has(row.node)) }];
  });
  const unanswered = audit.unanswered.map(({ node, failure }) => ({
    node,
    cells: [...Array.from({ length: headers.length - 2 }, () => ''), `no answer: ${failure ?? ''}`],
  }));
  const all = [...cells, ...unanswered];
  const rows = perNode ? all.map(({ node, cells: own }) => [node, ...own]) : foldRows(all, fold);
  return withoutEmptyColumns({ headers, rows });
}

/** A daemon that is installed and does not run is nobody's news; pgBackRest is no daemon. */
function inUse({ name, running }: ToolFacts): boolean {
  return running || name === 'pgbackrest';
}

function cellsOf(row: AuditRow, findings: readonly Finding[], several: boolean): string[] {
  const { facts, patroni, probes } = { ...row, probes: row.facts.probes };
  return [
    row.cluster ?? '',
    several ? String(row.instance?.port ?? '') : '',
    row.running ?? (row.instance === null ? '' : '?'),
    row.installed ?? '',
    row.candidate ?? '',
    row.latest ?? '',
    patroni === null ? '' : (patroni.running ?? patroni.installed ?? '?'),
    facts.os?.name ?? '',
    [
      ...facts.tools.filter(inUse).map(({ name, installed }) => `${name} ${installed ?? '?'}`),
      ...Object.entries(probes).map(([name, value]) => `${name} ${value ?? '?'}`),
    ].join('\n'),
    findings.map(({ text }) => text).join('\n'),
  ];
}

import type { Audit } from './audit-types.ts';
import type { FoldNames, Grid } from './grid.ts';

/** Where members of one cluster differ, and what a node says of itself that its cluster contradicts. */
export function driftTable(audit: Audit, fold: FoldNames): Grid {
  const between = audit.drift.flatMap(({ cluster, subject, values }) =>
    values.map(({ value, nodes }) => [
      cluster,
      subject,
      value ?? 'absent',
      `${fold(nodes)} (${nodes.length})`,
    ]),
  );
  const told = new Set(audit.drift.map(({ finding }) => finding));
  const within = audit.rows.flatMap(({ node, cluster, findings }) =>
    findings
      .filter((finding) => finding.kind === 'drift' && !told.has(finding))
      .map(({ subject, text }) => [cluster ?? '', subject, text, node]),
  );
  return { headers: ['cluster', 'what', 'value', 'nodes'], rows: [...between, ...within] };
}

import type { Audit } from './audit-types.ts';
import { foldRows, withoutEmptyColumns, type FoldNames, type Grid } from './grid.ts';

/** What the user's own probes answered, nodes with the same answers together. */
export function probeTable(audit: Audit, fold: FoldNames, names: readonly string[], perNode: boolean): Grid {
  const seen = new Set<string>();
  const rows = [
    ...audit.rows.flatMap(({ node, cluster, facts }) => {
      // A node with several servers has several rows, and asked its probes once.
      if (seen.has(node)) return [];
      seen.add(node);
      return [{ node, cells: [cluster ?? '', ...names.map((name) => facts.probes[name] ?? '?')] }];
    }),
    ...audit.unanswered.map(({ node, failure }) => ({
      node,
      cells: ['', `no answer: ${failure ?? ''}`, ...names.slice(1).map(() => '')],
    })),
  ];
  return withoutEmptyColumns({
    headers: ['nodes', 'cluster', ...names],
    rows: perNode ? rows.map(({ node, cells }) => [node, ...cells]) : foldRows(rows, fold),
  });
}

import type { Audit } from './audit-types.ts';
import type { FoldNames, Grid } from './grid.ts';
import { daysUntil, findSupport, type ReleaseData } from './release-data.ts';

interface Supported {
  readonly product: string;
  readonly until: string;
  readonly extended: string;
  readonly nodes: Set<string>;
}

/** How long each thing that runs is still supported, what ends first on top. */
export function supportTable(audit: Audit, fold: FoldNames, data: ReleaseData, now: Date): Grid {
  const found = new Map<string, Supported>();
  const add = (product: string, node: string, until: string | undefined, extended = ''): void => {
    if (until === undefined) return;
    const known = found.get(product) ?? { product, until, extended, nodes: new Set<string>() };
    found.set(product, known);
    known.nodes.add(node);
  };
  for (const { node, instance, facts } of audit.rows) {
    const major = instance?.major;
    if (major != null) add(`PostgreSQL ${major}`, node, data.postgresql[major]?.eol);
    if (facts.os?.version != null) {
      const support = findSupport(data.os, facts.os.id, facts.os.version);
      add(facts.os.name, node, support?.eol, support?.extended);
    }
    for (const { name, installed, running } of facts.tools) {
      if (!running || installed === null) continue;
      const branch = installed.split('.').slice(0, 2).join('.');
      add(`${name} ${branch}`, node, findSupport(data.tools, name, installed)?.eol);
    }
  }
  const rows = [...found.values()]
    .toSorted((a, b) => (a.until < b.until ? -1 : a.until > b.until ? 1 : 0))
    .map(({ product, until, extended, nodes }) => {
      const days = daysUntil(until, now);
      const names = [...nodes];
      return [
        product,
        until,
        days > 0 ? `${days} days` : `ended ${-days} days ago`,
        extended,
        `${fold(names)} (${names.length})`,
      ];
    });
  return { headers: ['what', 'supported until', 'left', 'extended until', 'nodes'], rows };
}

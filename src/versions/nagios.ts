import { allFindings } from './audit.ts';
import type { Audit } from './audit-types.ts';
import type { FindingKind } from './findings.ts';
import type { FoldNames } from './grid.ts';

/** A monitoring plugin's answer: https://www.monitoring-plugins.org/doc/guidelines.html */
export interface PluginAnswer {
  /** 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
  readonly status: 0 | 1 | 2 | 3;
  /** One line. */
  readonly text: string;
}

const names = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
const words: Readonly<Record<Exclude<FindingKind, 'note'>, string>> = {
  eol: 'unsupported',
  drift: 'differ in their cluster',
  restart: 'need a restart',
  behind: 'behind',
};

/** Unsupported is critical, all else a warning; nodes that did not answer make it unknown, unless it is worse. */
export function pluginAnswer(audit: Audit, fold: FoldNames): PluginAnswer {
  const kinds = Object.keys(words) as (keyof typeof words)[];
  const nodesWith = (kind: FindingKind) => [
    ...new Set(
      audit.rows.filter(({ findings }) => findings.some((one) => one.kind === kind)).map(({ node }) => node),
    ),
  ];
  const parts = kinds.flatMap((kind) => {
    const nodes = nodesWith(kind);
    return nodes.length === 0 ? [] : [`${nodes.length} ${words[kind]} (${fold(nodes)})`];
  });
  const missing = audit.unanswered.map(({ node }) => node);
  if (missing.length > 0) parts.push(`${missing.length} did not answer (${fold(missing)})`);
  const found = new Set(allFindings(audit).map(({ kind }) => kind));
  const status = found.has('eol')
    ? 2
    : missing.length > 0
      ? 3
      : kinds.some((kind) => found.has(kind))
        ? 1
        : 0;
  const nodes = new Set(audit.rows.map(({ node }) => node)).size + missing.length;
  const counts = kinds.map((kind) => `${kind}=${nodesWith(kind).length};0`).join(' ');
  const text = `VERSIONS ${names[status]} - ${parts.length === 0 ? `${nodes} nodes current` : parts.join(', ')}`;
  // A bar would begin the numbers.
  return {
    status,
    text: `${text.replaceAll('|', '/')} | nodes=${nodes} ${counts} unanswered=${missing.length};0`,
  };
}

import type { Audit, AuditRow } from './audit-types.ts';
import type { FindingKind } from './findings.ts';
import type { ReleaseData } from './release-data.ts';

const kinds: readonly FindingKind[] = ['behind', 'restart', 'drift', 'eol', 'note'];

/** The audit in Prometheus' text format, for node_exporter's textfile collector. */
export function prometheusText(audit: Audit, data: ReleaseData): string {
  const nodes = new Map<string, AuditRow[]>();
  for (const row of audit.rows) nodes.set(row.node, [...(nodes.get(row.node) ?? []), row]);
  return [
    family('muster_versions_answered', 'Whether the node answered', [
      ...[...nodes.keys()].map((node): Sample => [{ node }, 1]),
      ...audit.unanswered.map(({ node }): Sample => [{ node }, 0]),
    ]),
    family(
      'muster_versions_postgresql_info',
      'Versions of a PostgreSQL server',
      audit.rows
        .filter(({ instance, installed }) => instance !== null || installed !== null)
        .map((row): Sample => [serverLabels(row), 1]),
    ),
    family(
      'muster_versions_software_info',
      'Other software',
      [...nodes].flatMap(([node, [row]]) =>
        softwareOf(row!).map(([name, version]): Sample => [{ node, name, version }, 1]),
      ),
    ),
    family(
      'muster_versions_findings',
      'Findings by kind',
      [...nodes].flatMap(([node, rows]) =>
        kinds.map((kind): Sample => [
          { node, kind },
          rows.flatMap(({ findings }) => findings).filter((finding) => finding.kind === kind).length,
        ]),
      ),
    ),
    family('muster_versions_release_data_timestamp_seconds', 'The day the release data is of', [
      [{}, Date.parse(data.asOf) / 1000],
    ]),
  ].join('');
}

type Sample = readonly [Readonly<Record<string, string>>, number];

function family(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value]) => {
    const inside = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${inside.length === 0 ? '' : `{${inside.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}

function serverLabels(row: AuditRow): Record<string, string> {
  const { node, cluster, instance, running, installed, candidate, latest } = row;
  return {
    node,
    cluster: cluster ?? '',
    port: String(instance?.port ?? ''),
    running: running ?? '',
    installed: installed ?? '',
    candidate: candidate ?? '',
    latest: latest ?? '',
    role: instance?.role ?? '',
  };
}

function softwareOf({ facts, patroni }: AuditRow): [string, string][] {
  return [
    ...(facts.os === null ? [] : [['os', facts.os.name] as [string, string]]),
    ...(facts.kernel.running === null ? [] : [['kernel', facts.kernel.running] as [string, string]]),
    ...(patroni?.running == null ? [] : [['patroni', patroni.running] as [string, string]]),
    ...facts.tools.flatMap(({ name, installed }) =>
      installed === null ? [] : [[name, installed] as [string, string]],
    ),
    ...Object.entries(facts.probes).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as [string, string]],
    ),
  ];
}

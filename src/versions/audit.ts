import { assessInstalled, assessInstance } from './assess-instance.ts';
import { assessNode } from './assess-node.ts';
import { nameClusters } from './clusters.ts';
import type { Audit, AuditRow, NodeAnswer } from './audit-types.ts';
import { clusterDrift } from './drift.ts';
import type { Finding } from './findings.ts';
import { installedServers, newestInFleet } from './server-packages.ts';
import { patroniOf } from './read-node-facts.ts';
import type { ReleaseData } from './release-data.ts';

export interface AuditOptions {
  readonly data: ReleaseData;
  readonly now: Date;
}

/** Judges what the nodes answered: what is behind, waits for a restart, drifts, is no longer supported. */
export function auditFleet(answers: readonly NodeAnswer[], { data, now }: AuditOptions): Audit {
  const answered = answers.flatMap(({ node, facts }) => (facts === null ? [] : [{ node, facts }]));
  const newest = newestInFleet(answered.map(({ facts }) => facts));
  const clusterOf = nameClusters(answered);
  const rows = answered.flatMap(({ node, facts }): AuditRow[] => {
    const onNode = assessNode(facts, data, now);
    const servers: AuditRow[] = facts.instances.map((instance, index) => {
      const patroni = patroniOf(instance, facts.patroni, facts.instances.length === 1) ?? null;
      const { candidate, latest, findings } = assessInstance({ facts, instance, patroni, data, now, newest });
      return {
        node,
        cluster: clusterOf(node, instance.systemIdentifier, patroni),
        instance,
        patroni,
        facts,
        running: instance.running,
        installed: instance.installed,
        candidate,
        latest,
        // What concerns the node as a whole is said once.
        findings: index === 0 ? [...findings, ...onNode] : findings,
      };
    });
    if (servers.length > 0) return servers;
    const server = installedServers(facts).at(-1);
    const assessed = server === undefined ? undefined : assessInstalled(server, { data, now, newest });
    return [
      {
        node,
        cluster: clusterOf(node, null, facts.patroni[0] ?? null),
        instance: null,
        patroni: facts.patroni[0] ?? null,
        facts,
        running: null,
        installed: server?.installed ?? null,
        candidate: assessed?.candidate ?? null,
        latest: assessed?.latest ?? null,
        findings: [...(assessed?.findings ?? []), ...onNode],
      },
    ];
  });
  const drift = clusterDrift(rows);
  return {
    rows: rows.map((row) => ({
      ...row,
      findings: [
        ...row.findings,
        ...drift.filter(({ cluster }) => cluster === row.cluster).map(({ finding }) => finding),
      ],
    })),
    drift,
    unanswered: answers.filter(({ facts }) => facts === null),
  };
}

/** Rows and drift alike: what decides the exit status. */
export function allFindings(audit: Audit): Finding[] {
  return audit.rows.flatMap(({ findings }) => findings);
}

import type { AuditDocument, ServerDocument } from './audit-document.ts';
import type { NodeFacts } from './facts.ts';
import { foldRows, type FoldNames, type Grid } from './grid.ts';

/** What changed on the nodes both documents know: `node[1-3] (3)  running  9.6.11  9.6.12`. */
export function changesTable(
  before: AuditDocument,
  after: AuditDocument,
  fold: FoldNames,
  perNode: boolean,
): Grid {
  const known = valuesByNode(before);
  const now = valuesByNode(after);
  const changes = [...now].flatMap(([node, values]) => {
    const old = known.get(node);
    if (old === undefined) return [{ node, cells: ['node', 'not asked', 'asked'] }];
    const subjects = [...new Set([...old.keys(), ...values.keys()])].filter(
      // A probe that was not asked both times has not changed.
      (subject) => !subject.startsWith(probe) || (old.has(subject) && values.has(subject)),
    );
    return subjects.flatMap((subject) => {
      const from = old.get(subject) ?? '';
      const to = values.get(subject) ?? '';
      return from === to ? [] : [{ node, cells: [subject, from || '-', to || '-'] }];
    });
  });
  return {
    headers: ['nodes', 'what', 'before', 'now'],
    rows: perNode ? changes.map(({ node, cells }) => [node, ...cells]) : foldRows(changes, fold),
  };
}

const probe = 'probe ';

/** Everything of a node that is a version or decides about one, by name. */
function valuesByNode(document: AuditDocument): Map<string, Map<string, string>> {
  const byNode = new Map<string, Map<string, string>>();
  for (const { node, facts, failure } of document.nodes) {
    const values = new Map<string, string>();
    byNode.set(node, values);
    if (facts === null) values.set('answer', failure ?? 'none');
    else
      collect(
        values,
        facts,
        document.servers.filter((server) => server.node === node),
      );
  }
  return byNode;
}

function collect(values: Map<string, string>, facts: NodeFacts, servers: readonly ServerDocument[]): void {
  const set = (name: string, value: string | null | undefined): void => {
    if (value != null && value !== '') values.set(name, value);
  };
  for (const server of servers) {
    const suffix = servers.length > 1 ? ` (port ${server.port ?? '?'})` : '';
    set(`cluster${suffix}`, server.cluster);
    set(`running${suffix}`, server.running);
    set(`installed${suffix}`, server.installed);
    set(`candidate${suffix}`, server.candidate);
    set(`patroni${suffix}`, server.patroni);
  }
  for (const { port, role, extensions, settings } of facts.instances) {
    const suffix = facts.instances.length > 1 ? ` (port ${port ?? '?'})` : '';
    set(`role${suffix}`, role);
    set(`shared_preload_libraries${suffix}`, settings['shared_preload_libraries']);
    for (const { name, version } of extensions ?? []) set(`extension ${name}${suffix}`, version);
  }
  set(
    'os',
    facts.os === null ? null : `${facts.os.name}${facts.os.version === null ? '' : ` (${facts.os.version})`}`,
  );
  set('kernel', facts.kernel.running);
  for (const { name, installed } of facts.tools) set(name, installed);
  for (const { name, installed } of facts.packages.list) set(`package ${name}`, installed);
  for (const [name, value] of Object.entries(facts.probes)) set(`${probe}${name}`, value ?? '?');
}

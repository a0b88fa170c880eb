import type { NodeFacts, PatroniFacts } from './facts.ts';

/** Names the cluster a server belongs to; null: it stands alone. */
export type ClusterNamer = (
  node: string,
  systemIdentifier: string | null,
  patroni: PatroniFacts | null,
) => string | null;

/**
 * Patroni's scope names a cluster. Clusters that share a scope but no member (sixty called `main`) are told apart by the
 * end of their system identifier. Without Patroni servers with the same system identifier are one cluster, named by
 * cluster_name or that identifier.
 */
export function nameClusters(
  fleet: readonly { readonly node: string; readonly facts: NodeFacts }[],
): ClusterNamer {
  const groupsOfScope = new Map<string, Map<string, string>>();
  const nodesOfSystem = new Map<string, Set<string>>();
  const nameOfSystem = new Map<string, string>();
  for (const { node, facts } of fleet) {
    for (const member of facts.patroni) {
      if (member.scope === null) continue;
      const groups = groupsOfScope.get(member.scope) ?? new Map<string, string>();
      groupsOfScope.set(member.scope, groups);
      groups.set(identity(member), member.systemIdentifier ?? '');
    }
    for (const { systemIdentifier, settings } of facts.instances) {
      if (systemIdentifier === null) continue;
      const nodes = nodesOfSystem.get(systemIdentifier) ?? new Set();
      nodesOfSystem.set(systemIdentifier, nodes.add(node));
      const name = settings['cluster_name'];
      if (name) nameOfSystem.set(systemIdentifier, name);
    }
  }
  return (_node, systemIdentifier, patroni) => {
    if (patroni?.scope != null) {
      const groups = groupsOfScope.get(patroni.scope);
      if (groups === undefined || groups.size < 2) return patroni.scope;
      return `${patroni.scope}/${(groups.get(identity(patroni)) ?? '').slice(-4)}`;
    }
    if (systemIdentifier === null || (nodesOfSystem.get(systemIdentifier)?.size ?? 0) < 2) return null;
    return nameOfSystem.get(systemIdentifier) ?? `system-${systemIdentifier.slice(-6)}`;
  };
}

/** Members of one cluster name the same members; where Patroni does not list them, the data is what they share. */
function identity({ members, systemIdentifier }: PatroniFacts): string {
  return members === null ? `system ${systemIdentifier ?? '?'}` : members.join(' ');
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { printable } from '../config/ini.ts';
import { UserError } from '../errors.ts';
import type { GroupDefinition } from '../nodeset/group-resolver.ts';
import type { PatroniAccess } from './ask-patroni.ts';
import type { GroupSource } from './group-source.ts';
import { fault, readRoles, type ClusterAnswer, type PatroniRoles } from './patroni-cluster.ts';

export type PatroniRole = keyof PatroniRoles;

/** The groups another source has: its groups are the clusters. */
export interface ClusterGroups {
  names(source: string): Promise<readonly string[]>;
  /** The nodes in the order written; undefined: no such group. */
  nodes(source: string, group: string): Promise<readonly string[] | undefined>;
}

export interface PatroniSourceOptions {
  readonly name: string;
  readonly role: PatroniRole;
  /** The source whose groups are the clusters. */
  readonly clusters: string;
  readonly access: PatroniAccess;
  readonly groups: ClusterGroups;
  readonly rolesOf: RolesOf;
}

type RolesOf = (
  options: Omit<PatroniSourceOptions, 'role' | 'rolesOf'>,
  cluster: string,
) => Promise<PatroniRoles | undefined>;

/** Finding out who is a member must not lead back here. */
const resolvingMembers = new AsyncLocalStorage<string>();

/** A source of one role, `@leader:69`; nobody is asked before a group is used. */
export function patroniSource(options: PatroniSourceOptions): GroupSource {
  const { name, role, clusters, groups } = options;
  const origin = `Patroni, clusters of source "${clusters}"`;
  return {
    name,
    kind: 'patroni',
    origins: [origin],
    async group(cluster): Promise<GroupDefinition | undefined> {
      const roles = await options.rolesOf(options, cluster);
      if (roles === undefined) return undefined;
      return { expressions: [roles[role]].flat(), source: name, origin: `Patroni of cluster "${cluster}"` };
    },
    all: () => Promise.resolve(undefined),
    groupNames: async () => (await groups.names(clusters)).filter((group) => group !== 'all'),
    reverse: () => Promise.resolve(undefined),
  };
}

/**
 * Looks clusters up, each once in `keepMs`, whichever role is asked for: `@leader:69` and `@replica:69` of one command line
 * come from the same answers. A failure is not kept.
 */
export function rolesOnce(keepMs: number): RolesOf {
  const known = new Map<
    string,
    { readonly until: number; readonly roles: Promise<PatroniRoles | undefined> }
  >();
  return (options, cluster) => {
    const inside = resolvingMembers.getStore();
    if (inside !== undefined) {
      throw new UserError(
        `the members of @${inside} are defined by @${options.name}:${cluster}, which needs them`,
        {
          code: 'GROUP_CYCLE',
          hint: `Write the nodes of source "${options.clusters}" without Patroni's groups.`,
        },
      );
    }
    const key = JSON.stringify([options.clusters, cluster, options.access]);
    const found = known.get(key);
    if (found !== undefined && found.until > Date.now()) return found.roles;
    const roles = lookUp(options, cluster);
    known.set(key, { until: Date.now() + keepMs, roles });
    roles.catch(() => known.delete(key));
    return roles;
  };
}

async function lookUp(
  { clusters, access, groups }: Parameters<RolesOf>[0],
  cluster: string,
): Promise<PatroniRoles | undefined> {
  const nodes = await resolvingMembers.run(`${clusters}:${cluster}`, () => groups.nodes(clusters, cluster));
  if (nodes === undefined) return undefined;
  const { askCluster } = await import('./ask-patroni.ts');
  const asked = await Promise.allSettled(nodes.map((node) => askCluster(node, access)));
  const answers: ClusterAnswer[] = [];
  const silent: string[] = [];
  for (const [at, result] of asked.entries()) {
    if (result.status === 'fulfilled') answers.push(result.value);
    else silent.push(`${nodes[at]}: ${reason(result.reason)}`);
  }
  if (answers.length > 0) return readRoles(cluster, nodes, answers);
  throw fault(
    cluster,
    `no Patroni answers on port ${access.port} (${silent.slice(0, 3).join('; ')}${silent.length > 3 ? '; …' : ''})`,
    'Nothing was selected. Without Patroni, name the nodes.',
  );
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  // Several addresses were tried: Node.js leaves the message empty.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return printable(first instanceof Error ? first.message : error.message);
}

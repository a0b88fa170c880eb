import { z } from 'zod';
import { UserError } from '../errors.ts';
import { printable } from '../config/ini.ts';
import { nodeOfMember } from './patroni-node.ts';

/** What Patroni calls the nodes of one cluster now. A sync standby is a replica too. */
export interface PatroniRoles {
  readonly leader: string;
  /** In the order of the group that names the members. */
  readonly replica: readonly string[];
  readonly sync: readonly string[];
}

/** One node's answer to `GET /cluster`, and the address it came from. */
export interface ClusterAnswer {
  readonly node: string;
  readonly address: string | undefined;
  readonly text: string;
}

/**
 * `/cluster` of Patroni (1.6.1 and later): roles leader, standby_leader, sync_standby, quorum_standby (4.0), replica. What
 * else is in it changes from version to version. Seen on 2.0.2, 3.0.2 and 4.0.7.
 */
const clusterSchema = z.looseObject({
  members: z.array(
    z.looseObject({
      name: z.string().min(1),
      role: z.string(),
      host: z.string().optional(),
      api_url: z.string().optional(),
    }),
  ),
});

export type PatroniMember = z.infer<typeof clusterSchema>['members'][number];

const leaderRoles = new Set(['leader', 'standby_leader', 'master', 'primary']);
const syncRoles = new Set(['sync_standby', 'quorum_standby']);
const replicaRoles = new Set(['replica', ...syncRoles]);

/**
 * The roles of a cluster's `nodes` by what their Patroni answered. All that answered must agree: /cluster is read from the
 * DCS, so a difference means a change under way, or nodes of two clusters in one group.
 */
export function readRoles(
  cluster: string,
  nodes: readonly string[],
  answers: readonly ClusterAnswer[],
): PatroniRoles {
  const views = answers.map((answer) => ({ answer, view: readView(cluster, nodes, answer, answers) }));
  const { answer, view } = views[0]!;
  for (const other of views) {
    if (textOf(other.view) !== textOf(view)) {
      throw fault(
        cluster,
        `${answer.node} and ${other.answer.node} name different members or leaders`,
        'Either a switchover is under way, then try again; or the group holds nodes of several clusters.',
      );
    }
  }
  return view;
}

/** The order of the sync standbys does not matter, and Patroni may change them at any time: only the leader and the members do. */
function textOf({ leader, replica }: PatroniRoles): string {
  return [leader, ...replica].join();
}

function readView(
  cluster: string,
  nodes: readonly string[],
  answer: ClusterAnswer,
  answers: readonly ClusterAnswer[],
): PatroniRoles {
  const members = readMembers(cluster, answer).map((member) => ({
    role: member.role,
    node: nodeOfMember(member, nodes, answers) ?? unknownMember(cluster, member),
  }));
  const withRole = (roles: ReadonlySet<string>): string[] => {
    const found = new Set(members.filter(({ role }) => roles.has(role)).map(({ node }) => node));
    return nodes.filter((node) => found.has(node));
  };
  const odd = members.find(({ role }) => !leaderRoles.has(role) && !replicaRoles.has(role));
  if (odd !== undefined) {
    throw fault(cluster, `${answer.node} gives ${odd.node} the unknown role "${printable(odd.role)}"`);
  }
  const [leader, ...more] = withRole(leaderRoles);
  if (leader === undefined) {
    throw fault(cluster, `it has no leader now, says ${answer.node}`, 'Try again when it has elected one.');
  }
  if (more.length > 0) {
    throw fault(cluster, `${answer.node} names several leaders: ${[leader, ...more].join(', ')}`);
  }
  return { leader, replica: withRole(replicaRoles), sync: withRole(syncRoles) };
}

function readMembers(cluster: string, { node, text }: ClusterAnswer): readonly PatroniMember[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fault(cluster, `${node} did not answer as Patroni does`);
  }
  const read = clusterSchema.safeParse(parsed);
  if (read.success) return read.data.members;
  throw fault(
    cluster,
    `${node} did not answer as Patroni does: ${z.prettifyError(read.error).split('\n')[0]}`,
  );
}

function unknownMember(cluster: string, { name, host }: PatroniMember): never {
  const where = host === undefined ? '' : ` (${printable(host)})`;
  throw fault(
    cluster,
    `its member "${printable(name)}"${where} is none of the group's nodes`,
    'Add the node to the group, under the name muster reaches it by.',
  );
}

export function fault(cluster: string, problem: string, hint?: string): UserError {
  return new UserError(`Patroni cluster "${cluster}": ${problem}`, {
    code: 'PATRONI_GROUP',
    ...(hint === undefined ? {} : { hint }),
  });
}
